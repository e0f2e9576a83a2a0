#!/usr/bin/env node
// Asks the osu! editor companion for a remap, shows its progress, and writes the map.
//
//   node client.mjs "Map [Insane].osu" 12345 16000 [--seed N] [--dry-run]
//
// Times are milliseconds. Ctrl-C cancels the job; nothing is written then.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import grpc from "@grpc/grpc-js";

import { connect, readEndpoint } from "./daemon.mjs";
import { patched, replaceFile, sha256 } from "./patch.mjs";
import { Told } from "./told.mjs";

const USAGE = 'Usage: node client.mjs "Map [Insane].osu" START_MS END_MS [--seed N] [--dry-run]';

function asked() {
  let parsed;
  try {
    const options = { seed: { type: "string" }, "dry-run": { type: "boolean", default: false } };
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Told(`${error.message}\n${USAGE}`, 2);
  }
  const [map, start, end, ...more] = parsed.positionals;
  const whole = (text) => /^\d{1,9}$/.test(text ?? "");
  const { seed, "dry-run": dryRun } = parsed.values;
  const seedIsOne = seed === undefined || /^\d{1,18}$/.test(seed);
  if (!map || !whole(start) || !whole(end) || more.length || !seedIsOne) {
    throw new Told(USAGE, 2);
  }
  if (Number(end) < Number(start)) {
    throw new Told(`The range ends (${end} ms) before it starts (${start} ms).`, 2);
  }
  return { path: resolve(map), start_ms: Number(start), end_ms: Number(end), seed, dryRun };
}

/** Follows a job's stream to its end; gives the result back. */
function follow(call) {
  return new Promise((done, failed) => {
    let result;
    call.on("data", ({ event }) => {
      if (event.event === "queued") console.error(`Waiting: ${event.queued.position} before this`);
      if (event.event === "progress") console.error(inWords(event.progress));
      // What people have to be told before the map is changed.
      if (event.event === "notice") console.error(event.notice.text);
      if (event.event === "failure") {
        const { code, message } = event.failure.status;
        failed(new Told(message, exitCode(code)));
      }
      if (event.event === "result") result = event.result;
    });
    call.on("error", (error) => failed(error));
    call.on("end", () =>
      result ? done(result) : failed(new Told("The job ended without a result.")),
    );
  });
}

function inWords(progress) {
  const stage = progress.stage.replace("JOB_STAGE_", "").toLowerCase();
  const window = progress.windows ? `, window ${progress.window} of ${progress.windows}` : "";
  return `${stage}${window}, ${progress.objects} objects`;
}

/** The exit code that `osu-companion` has for a status of gRPC. */
function exitCode(status) {
  switch (status) {
    case grpc.status.CANCELLED:
      return 130;
    case grpc.status.UNAVAILABLE:
    case grpc.status.UNAUTHENTICATED:
      return 5;
    case grpc.status.INVALID_ARGUMENT:
    case grpc.status.NOT_FOUND:
    case grpc.status.PERMISSION_DENIED:
    case grpc.status.FAILED_PRECONDITION:
    case grpc.status.UNIMPLEMENTED:
      return 4;
    default:
      return 1;
  }
}

/** What an error means to a user, and the exit code that goes with it. */
function inPlainWords(error) {
  if (error instanceof Told) return error;
  const code = exitCode(error.code);
  if (code === 130) return new Told("Cancelled; nothing was written.", code);
  return new Told(error.details || error.message || String(error), code);
}

async function main() {
  const { dryRun, ...range } = asked();
  let before;
  try {
    before = readFileSync(range.path);
  } catch (error) {
    throw new Told(`The map cannot be read: ${error.message}`, 4);
  }
  const { RemapService, metadata } = connect(readEndpoint());
  const request = { ...range, base_sha256: sha256(before) };
  // Longer than any job; without a deadline a daemon that hangs would hang us, too.
  const call = RemapService.RemapBeatmap(request, metadata, { deadline: Date.now() + 3_600_000 });
  process.once("SIGINT", () => call.cancel()); // the daemon cancels the job of a stream that is left
  try {
    const result = await follow(call);
    const [best] = result.variants;
    const after = patched(before, best.patch);
    if (!dryRun && best.patch.edits.length) replaceFile(range.path, before, after);
    console.log(`${best.patch.summary.text} (seed ${result.seed}, ${sha256(after)})`);
  } finally {
    RemapService.close();
  }
}

main().catch((error) => {
  const told = inPlainWords(error);
  console.error(told.message);
  process.exitCode = told.code;
});
