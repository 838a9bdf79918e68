// Attributes that show signals: data-text, data-show, data-class, data-attr, data-style, data-effect.
import { plugins, type Binding } from "../engine";
import { keyCase } from "../names";
import { type Filter, isPlain, snapshot } from "../signals";

plugins["text"] = (binding) => {
  binding.effect(() => {
    const text = String(binding.run() ?? "");
    if (binding.el.textContent !== text) binding.el.textContent = text;
  });
};

plugins["json-signals"] = (binding) => {
  const indent = binding.modifiers.has("terse") ? 0 : 2;
  binding.effect(() => {
    const filter = (binding.value ? binding.run() : {}) as Filter;
    binding.el.textContent = JSON.stringify(snapshot(filter), null, indent);
  });
};

plugins["effect"] = (binding) => binding.effect(() => binding.run());

plugins["show"] = (binding) => {
  const { style } = binding.el as HTMLElement;
  binding.effect(() => {
    if (!binding.run()) style.display = "none";
    else if (style.display === "none") style.removeProperty("display");
  });
};

/** Apply the value to the key, or each entry of an object to its own. */
function entries(binding: Binding, apply: (name: string, value: unknown) => void): void {
  const key = keyCase(binding.key, binding.modifiers, "kebab");
  binding.effect(() => {
    const value = binding.run();
    if (key) apply(key, value);
    else if (isPlain(value)) for (const [name, each] of Object.entries(value)) apply(name, each);
  });
}

plugins["class"] = (binding) => {
  const added = new Set<string>();
  entries(binding, (names, on) => {
    for (const name of names.split(/\s+/).filter(Boolean)) {
      binding.el.classList.toggle(name, !!on);
      if (on) added.add(name);
      else added.delete(name);
    }
  });
  binding.cleanup(() => binding.el.classList.remove(...added));
};

plugins["attr"] = (binding) => {
  entries(binding, (name, value) => {
    if (value === false || value == null) {
      binding.el.removeAttribute(name);
      return;
    }
    const text = value === true ? "" : typeof value === "object" ? JSON.stringify(value) : value;
    if (binding.el.getAttribute(name) !== String(text)) binding.el.setAttribute(name, String(text));
  });
};

plugins["style"] = (binding) => {
  const { style } = binding.el as HTMLElement;
  const before = new Map<string, string>();
  entries(binding, (name, value) => {
    const property = name.startsWith("--") ? name : name.replace(/[A-Z]/g, "-$&").toLowerCase();
    if (!before.has(property)) before.set(property, style.getPropertyValue(property));
    const none = value === false || value == null || value === "";
    style.setProperty(property, none ? before.get(property)! : String(value));
  });
};
