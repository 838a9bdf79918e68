// Attributes that wait for something: data-on-intersect, data-on-interval, data-on-signal-patch.
import { plugins } from "../engine";
import { evaluate } from "../expression";
import { time } from "../names";
import { announceChanges, type Filter, pick, SIGNAL_PATCH } from "../signals";
import { timed, transition } from "../timing";

plugins["on-intersect"] = (binding) => {
  const { el, modifiers } = binding;
  const run = timed(binding, () => binding.run());
  const [percent] = modifiers.get("threshold") ?? [];
  let threshold = percent ? Math.min(Number(percent), 100) / 100 : 0;
  if (modifiers.has("full")) threshold = 1;
  else if (modifiers.has("half")) threshold = 0.5;
  const observer = new IntersectionObserver(
    (entries) => {
      // The last one is how it is now.
      if (entries.at(-1)!.isIntersecting === modifiers.has("exit")) return;
      if (modifiers.has("once")) observer.disconnect();
      run();
    },
    { threshold },
  );
  observer.observe(el);
  binding.cleanup(() => observer.disconnect());
};

plugins["on-interval"] = (binding) => {
  const tags = binding.modifiers.get("duration");
  const run = binding.modifiers.has("viewtransition")
    ? () => void transition(() => void binding.run())
    : () => void binding.run();
  const timer = setInterval(run, time(tags, 1000));
  binding.cleanup(() => clearInterval(timer));
  if (tags?.includes("leading")) run();
};

plugins["on-signal-patch"] = (binding) => {
  const { el } = binding;
  let patch: unknown;
  const later = timed(binding, () => binding.run({ patch }));
  const listener = (evt: Event) => {
    const filter = el.getAttribute("data-on-signal-patch-filter");
    const { detail } = evt as CustomEvent<Record<string, unknown>>;
    patch = filter ? pick(detail, evaluate(filter, {}) as Filter) : detail;
    if (patch) later();
  };
  announceChanges(); // not to those that come later
  document.addEventListener(SIGNAL_PATCH, listener);
  binding.cleanup(() => document.removeEventListener(SIGNAL_PATCH, listener));
};
