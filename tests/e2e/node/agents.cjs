// The OpenAI Agents SDK for JavaScript: one written turn. It is given the whole address.
const { createRequire } = require("node:module");

const load = createRequire(`${process.env.RTLOG_NODE_MODULES}/`);
const { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } = load("@openai/agents-realtime");

const url = `${process.env.OPENAI_BASE_URL.replace(/^http/, "ws")}/realtime?model=gpt-realtime`;
const transport = new OpenAIRealtimeWebSocket({ url, useInsecureApiKey: true });
const session = new RealtimeSession(new RealtimeAgent({ name: "host" }), { transport, tracingDisabled: true });
const seen = [];

transport.on("*", (event) => {
  seen.push(event.type);
  if (event.type === "response.done") {
    session.close();
    console.log(JSON.stringify(seen));
  }
});
session.on("error", ({ error }) => {
  console.error(error?.message ?? error);
  process.exitCode = 1;
});

session.connect({ apiKey: process.env.OPENAI_API_KEY }).then(() => session.sendMessage("Are you there?"));
