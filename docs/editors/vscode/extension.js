// A client of `ssmi lsp`: starts it for the files that are specs, and again when its settings change.
"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

function settings() {
  const found = vscode.workspace.getConfiguration("ssmi");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const [command, ...args] = found.get("command").map((part) => part.replace("${workspaceFolder}", folder));
  return { command, args, files: found.get("files") };
}

async function start() {
  const { command, args, files } = settings();
  const documentSelector = files.map((pattern) => ({ language: "yaml", pattern }));
  const server = { command, args, transport: TransportKind.stdio };
  client = new LanguageClient("ssmi", "ssmi", server, { documentSelector });
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(`ssmi: \`${command} ${args.join(" ")}\` does not start: ${error.message}`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("ssmi.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("ssmi") && restart()),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
