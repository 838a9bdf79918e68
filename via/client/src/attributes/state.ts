// Attributes that make signals: data-signals, data-computed, data-ref.
import { plugins } from "../engine";
import { readSignals } from "../loose";
import { keyCase } from "../names";
import { define, isPlain, merge, set } from "../signals";

plugins["signals"] = (binding) => {
  const ifMissing = binding.modifiers.has("ifmissing");
  if (binding.key) {
    const patch: Record<string, unknown> = {};
    const names = binding.path().split(".");
    const last = names.pop()!;
    let at = patch;
    for (const name of names) at = at[name] = {} as Record<string, unknown>;
    at[last] = binding.value ? binding.run() : "";
    merge(patch, ifMissing);
    return;
  }
  const patch = readSignals(binding.value, () => binding.run());
  if (isPlain(patch)) merge(patch, ifMissing);
};

plugins["computed"] = (binding) => {
  if (binding.key) {
    define(binding.path(), () => binding.run());
    return;
  }
  const made = binding.run();
  if (!isPlain(made)) return;
  for (const [name, compute] of Object.entries(made)) {
    if (typeof compute !== "function") throw new TypeError(`${name} must be a function`);
    define(keyCase(name, binding.modifiers, "kebab"), compute as () => unknown);
  }
};

plugins["ref"] = (binding) => set(binding.path(), binding.el);
