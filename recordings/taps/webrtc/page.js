// Tells the recorder on this machine what crosses this page's oai-events data channels, both ways, text for text.
// The page comes first: whatever fails here, its channel goes on.
(() => {
  "use strict";
  const ENDPOINT = "{{endpoint}}";
  const LABEL = "oai-events";
  const MOST_WAITING = 16 * 1024 * 1024;

  const peer = globalThis.RTCPeerConnection?.prototype;
  const channelKind = globalThis.RTCDataChannel?.prototype;
  if (!peer || !channelKind || peer.createDataChannel.rtlog) {
    return;
  }
  const { createDataChannel } = peer;
  const { send, close } = channelKind;
  const watched = new WeakMap();
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
    quietly(() => channel.label === LABEL && watch(channel));
    return channel;
  };
  peer.createDataChannel.rtlog = true;

  channelKind.send = function (data) {
    const at = now();
    Reflect.apply(send, this, arguments);
    quietly(() => watched.get(this)?.({ dir: "client", at, ...said(data) }));
  };

  channelKind.close = function () {
    closedHere.add(this);
    Reflect.apply(close, this, arguments);
  };

  function watch(channel) {
    const recorder = connect();
    watched.set(channel, recorder.tell);
    // The first listener: it is called before the page's own, which come later.
    channel.addEventListener("message", ({ data }) => {
      quietly(() => recorder.tell({ dir: "server", at: now(), ...said(data) }));
    });
    channel.addEventListener("close", () => {
      quietly(() => recorder.tell({ dir: closedHere.has(channel) ? "client" : "server", at: now(), closed: true }));
      quietly(recorder.end);
    });
  }

  function said(data) {
    return typeof data === "string" ? { text: data } : { size: data.byteLength ?? data.size ?? 0 };
  }

  function connect() {
    const socket = new WebSocket(ENDPOINT);
    let waiting = [];
    let size = 0;
    let lost = 0;
    let ending = false;

    const put = (message) => {
      const line = JSON.stringify(message);
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
      if (socket.readyState > WebSocket.OPEN) {
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

    socket.addEventListener("open", () => {
      const early = waiting;
      waiting = null;
      early.forEach((line) => socket.send(line));
      if (ending) {
        socket.close(1000);
      }
    });
    return { tell, end };
  }
})();
