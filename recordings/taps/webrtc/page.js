// Tells the recorder on this machine what crosses this page's oai-events data channels, both ways, text for text.
// The page comes first: whatever fails here, its channel goes on.
(() => {
  "use strict";
  const ENDPOINT = "{{endpoint}}";
  const FAREWELL = "{{farewell}}";
  const LABEL = "oai-events";
  const MOST_WAITING = 16 * 1024 * 1024;

  const peer = globalThis.RTCPeerConnection?.prototype;
  const channelKind = globalThis.RTCDataChannel?.prototype;
  if (!peer || !channelKind || peer.createDataChannel.rtlog) {
    return;
  }
  const { createDataChannel, close: hangUp } = peer;
  const { send, close } = channelKind;
  const watched = new WeakMap();
  const channelsOf = new WeakMap();
  const closedHere = new WeakSet();

  const now = () => performance.timeOrigin + performance.now();

  const quietly = (act) => {
    try {
      act();
    } catch {
      // Nothing of ours reaches the page.
    }
  };

  peer.createDataChannel = function (label) {
    const channel = Reflect.apply(createDataChannel, this, arguments);
    quietly(() => channel.label === LABEL && watch(this, channel));
    return channel;
  };
  peer.createDataChannel.rtlog = true;

  // The standard tells a page that hangs up itself of no channel's close; Chromium does.
  peer.close = function () {
    const channels = channelsOf.get(this) ?? [];
    channels.forEach((channel) => closedHere.add(channel));
    Reflect.apply(hangUp, this, arguments);
    channels.forEach((channel) => quietly(watched.get(channel).closed));
  };

  channelKind.send = function (data) {
    const at = now();
    Reflect.apply(send, this, arguments);
    quietly(() => watched.get(this)?.tell({ dir: "client", at, ...said(data) }));
  };

  channelKind.close = function () {
    closedHere.add(this);
    Reflect.apply(close, this, arguments);
  };

  function watch(connection, channel) {
    const { tell, end } = connect();
    const closed = () => {
      tell({ dir: closedHere.has(channel) ? "client" : "server", at: now(), closed: true });
      end();
    };
    watched.set(channel, { tell, closed });
    channelsOf.set(connection, [...(channelsOf.get(connection) ?? []), channel]);
    // The first listener: it is called before the page's own, which come later.
    channel.addEventListener("message", ({ data }) => {
      quietly(() => tell({ dir: "server", at: now(), ...said(data) }));
    });
    channel.addEventListener("close", () => quietly(closed));
  }

  function said(data) {
    return typeof data === "string" ? { text: data } : { size: data.byteLength ?? data.size ?? 0 };
  }

  function connect() {
    const name = `?channel=${Math.random()}`;
    const socket = new WebSocket(ENDPOINT + name);
    let waiting = [];
    let size = 0;
    let lost = 0;
    let told = 0;
    let ending = false;

    const put = (message) => {
      const line = JSON.stringify(message);
      told += 1;
      if (waiting) {
        waiting.push(line);
        size += line.length;
      } else {
        socket.send(line);
      }
    };
    const end = () => {
      ending = true;
      if (!waiting) {
        socket.close(1000);
      }
    };
    const tell = (message) => {
      if (ending || socket.readyState > WebSocket.OPEN) {
        return;
      }
      if ((waiting ? size : socket.bufferedAmount) > MOST_WAITING) {
        lost += 1;
        return;
      }
      if (lost) {
        put({ dir: message.dir, at: message.at, lost });
        lost = 0;
      }
      put(message);
    };
    // What a socket has not sent yet goes with the page, without a word; such a request outlives it.
    const farewell = () => {
      if (!ending && socket.readyState <= WebSocket.OPEN) {
        fetch(`${FAREWELL}${name}&told=${told + lost}`, { keepalive: true, mode: "no-cors" }).catch(() => {});
      }
    };

    socket.addEventListener("open", () => {
      const early = waiting;
      waiting = null;
      early.forEach((line) => socket.send(line));
      if (ending) {
        socket.close(1000);
      }
    });
    addEventListener("pagehide", () => quietly(farewell));
    return { tell, end };
  }
})();
