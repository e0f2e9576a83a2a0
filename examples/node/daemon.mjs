// Finds the daemon, and calls it: nothing here comes from the project but its .proto files.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

import { Told } from "./told.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const INCLUDED = [process.env.OSU_COMPANION_PROTO ?? here("../../proto"), here("protos")];
const LARGEST = 16 * 1024 * 1024;

/** The folder where the daemon keeps its state; the same rules as the program's own. */
export function stateFolder(environ = process.env, platform = process.platform) {
  const moved = (environ.OSU_COMPANION_HOME ?? "").trim();
  if (moved) return join(moved.replace(/^~(?=$|[\\/])/, homedir()), "state");
  if (platform === "win32") {
    return join(environ.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "osu-companion");
  }
  if (platform === "darwin") {
    return join(homedir(), "Library", "Application Support", "osu-companion");
  }
  const state = (environ.XDG_STATE_HOME ?? "").trim() || join(homedir(), ".local", "state");
  return join(state, "osu-companion");
}

/** Port and token of the running daemon, from the file that it writes for its user. */
export function readEndpoint(folder = stateFolder()) {
  let endpoint;
  try {
    endpoint = JSON.parse(readFileSync(join(folder, "daemon.json"), "utf8"));
  } catch {
    const why = `there is no daemon.json in ${folder}`;
    throw new Told(`No daemon runs (${why}). Start one: osu-companion serve`, 5);
  }
  if (!isAlive(endpoint.pid)) {
    throw new Told("The daemon has ended. Start one: osu-companion serve", 5);
  }
  return endpoint;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Clients of the daemon's services, by name, and the metadata that every call carries. */
export function connect(endpoint) {
  // 64-bit numbers as text: a seed does not fit a JavaScript number.
  const definition = protoLoader.loadSync("osu_companion/v1/remap.proto", {
    includeDirs: INCLUDED,
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const contract = grpc.loadPackageDefinition(definition).osu_companion.v1;
  const address = `${endpoint.host}:${endpoint.port}`;
  const options = { "grpc.enable_http_proxy": 0, "grpc.max_receive_message_length": LARGEST };
  const service = (name) => new contract[name](address, grpc.credentials.createInsecure(), options);
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${endpoint.token}`);
  return { RemapService: service("RemapService"), metadata };
}
