// LiveKit's agents for JavaScript, the plugin's session alone: a context pushed and one reply.
const { pathToFileURL } = require("node:url");

// By path: its CommonJS half is not where its package.json says.
const load = (name) => import(pathToFileURL(`${process.env.RTLOG_NODE_MODULES}/@livekit/${name}/dist/index.js`));

async function main() {
  const { initializeLogger, llm } = await load("agents");
  const { realtime } = await load("agents-plugin-openai");
  initializeLogger({ pretty: false, level: "silent" });
  const model = new realtime.RealtimeModel({ baseURL: process.env.OPENAI_BASE_URL });
  const session = model.session();
  const seen = [];
  session.on("openai_server_event_received", (event) => seen.push(event.type));
  // The server refuses what this release says of the session; an event without a listener would end the program.
  session.on("error", () => {});
  const done = new Promise((resolve) => {
    session.on("openai_server_event_received", (event) => event.type === "response.done" && resolve());
  });

  const context = llm.ChatContext.empty();
  context.addMessage({ role: "user", content: "Are you there?" });
  await session.updateChatCtx(context);
  await session.generateReply();
  await done;
  await session.close();
  console.log(JSON.stringify(seen));
}

main().then(() => process.exit());
