// Applies a BeatmapPatch by the rules of patches.proto; no parser of .osu files is needed.

import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { Told } from "./told.mjs";

const LINE_FEED = 0x0a;

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The lines of a file, each with its ending; a last line without one is a line too. */
export function splitLines(bytes) {
  const lines = [];
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

/** The bytes after the patch. Throws where they are not those that the patch was made for. */
export function patched(bytes, patch) {
  if (sha256(bytes) !== patch.base_sha256) {
    throw new Told("The map was saved meanwhile. Nothing was written; ask again.", 3);
  }
  const lines = splitLines(bytes);
  let below = lines.length;
  for (const { first_line: first, count, replacement } of [...patch.edits].reverse()) {
    // In order and apart from each other, or they are none of the contract's.
    if (first < 0 || count < 0 || first + count > below) {
      throw new Told("The patch does not fit the map.");
    }
    lines.splice(first, count, ...replacement);
    below = first;
  }
  const after = Buffer.concat(lines);
  if (sha256(after) !== patch.result_sha256) throw new Told("The patch did not arrive whole.");
  return after;
}

/** Replaces the map in one step, if it still holds `before`: never half of it, never another's save. */
export function replaceFile(path, before, after) {
  const target = realpathSync(path); // a link stays a link
  // In the map's own folder: only there a rename replaces in one step. The daemon's watcher passes
  // over names with a dot before them, and a short one fits where the map's own long one just does.
  const name = `.osu-companion-${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(dirname(target), name);
  const file = openSync(temporary, "wx", statSync(target).mode & 0o777);
  try {
    try {
      for (let written = 0; written < after.length; ) written += writeSync(file, after, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (sha256(readFileSync(target)) !== sha256(before)) {
      throw new Told("The map was saved meanwhile. Nothing was written; ask again.", 3);
    }
    renameSync(temporary, target);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  syncFolder(dirname(target));
}

function syncFolder(folder) {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
