// openai for Node: one written turn. It reads OPENAI_BASE_URL itself, and always speaks TLS.
const { createRequire } = require("node:module");

const load = createRequire(`${process.env.RTLOG_NODE_MODULES}/`);
const { OpenAIRealtimeWS } = load("openai/realtime/ws");

const realtime = new OpenAIRealtimeWS({ model: "gpt-realtime" });
const seen = [];

realtime.on("event", (event) => {
  seen.push(event.type);
  if (event.type === "session.created") {
    const item = { type: "message", role: "user", content: [{ type: "input_text", text: "Are you there?" }] };
    realtime.send({ type: "conversation.item.create", item });
    realtime.send({ type: "response.create" });
  }
  if (event.type === "response.done") {
    realtime.close();
  }
});
realtime.on("error", (error) => {
  console.error(`${error.message} ${error.cause ?? ""}`);
  process.exitCode = 1;
});
realtime.socket.on("close", () => console.log(JSON.stringify(seen)));
