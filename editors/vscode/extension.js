// Starts `cnnlint server` and speaks to it; everything that is known of models is the server's.
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("cnnlint").get("command");
  client = new LanguageClient(
    "cnnlint",
    "cnnlint",
    { command, args, transport: TransportKind.stdio },
    {
      documentSelector: [{ language: "python" }],
      synchronize: { configurationSection: "cnnlint" },
    },
  );
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `cnnlint: \`${command}\` could not be started (${error.message}). pip install "cnnlint[lsp]", or set cnnlint.command.`,
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined && running.needsStop()) {
    await running.stop();
  }
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("cnnlint.restart", async () => {
      await stop();
      await start();
    }),
  );
  await start();
};

exports.deactivate = stop;
