// Attributes that do things: data-on, data-init, data-indicator.
import { plugins } from "../engine";
import { FETCH, type FetchDetail } from "../fetch";
import { keyCase } from "../names";
import { announceChanges, has, set, SIGNAL_PATCH } from "../signals";
import { timed } from "../timing";

plugins["on"] = (binding) => {
  const { el, modifiers, key } = binding;
  if (!key) throw new SyntaxError("an event is missing: data-on:EVENT");
  const event = keyCase(key, modifiers, "kebab");
  const outside = modifiers.has("outside");
  const later = timed(binding, (evt) => binding.run({ evt }));
  const options = {
    capture: modifiers.has("capture"),
    passive: modifiers.has("passive"),
    once: modifiers.has("once"),
  };
  let target: EventTarget = el;
  if (modifiers.has("window")) target = window;
  else if (modifiers.has("document") || outside || event === FETCH || event === SIGNAL_PATCH) target = document;
  const listener = (evt: Event) => {
    // A key that goes to an input method, as the Enter that ends a composition does.
    const { isComposing, keyCode } = evt as KeyboardEvent;
    if ((isComposing || keyCode === 229) && event.startsWith("key")) return;
    if (outside && el.contains(evt.target as Node)) return;
    // A form that is handled here is not to be sent by the browser as well.
    if (modifiers.has("prevent") || (event === "submit" && el instanceof HTMLFormElement)) {
      evt.preventDefault();
    }
    if (modifiers.has("stop")) evt.stopPropagation();
    later(evt);
  };
  if (event === SIGNAL_PATCH) announceChanges(); // not to those that come later
  target.addEventListener(event, listener, options);
  binding.cleanup(() => target.removeEventListener(event, listener, options));
};

plugins["init"] = (binding) => timed(binding, () => binding.run())();

plugins["indicator"] = (binding) => {
  const path = binding.path();
  if (!has(path)) set(path, false);
  let running = 0;
  const listener = (evt: Event) => {
    const { type, el } = (evt as CustomEvent<FetchDetail>).detail;
    if (el !== binding.el) return;
    if (type === "started") running++;
    else if (type === "finished") running--;
    else return;
    set(path, running > 0);
  };
  document.addEventListener(FETCH, listener);
  binding.cleanup(() => {
    document.removeEventListener(FETCH, listener);
    set(path, false);
  });
};
