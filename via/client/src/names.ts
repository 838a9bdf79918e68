// How attribute names are read: data-PLUGIN:KEY__MODIFIER.TAG.TAG

/** Modifiers by name, each with its tags, in order. */
export type Modifiers = Map<string, string[]>;

export interface AttributeName {
  plugin: string;
  key: string;
  modifiers: Modifiers;
}

/** Read an attribute's name (with its `data-`). */
export function parseName(name: string): AttributeName {
  const [head = "", ...rest] = name.slice(5).split("__");
  const colon = head.indexOf(":");
  const modifiers: Modifiers = new Map();
  for (const each of rest) {
    const [modifier = "", ...tags] = each.split(".");
    modifiers.set(modifier, tags);
  }
  return {
    plugin: colon < 0 ? head : head.slice(0, colon),
    key: colon < 0 ? "" : head.slice(colon + 1),
    modifiers,
  };
}

const CASES: Record<string, (kebab: string) => string> = {
  kebab: (name) => name,
  camel: (name) => name.replace(/-+(\w)/g, (_, letter: string) => letter.toUpperCase()),
  snake: (name) => name.replaceAll("-", "_"),
  pascal: (name) => {
    const camel = CASES["camel"]!(name);
    return camel[0]!.toUpperCase() + camel.slice(1);
  },
};

/** The key in the case that `__case.NAME` asks for: HTML knows attribute names in lower case only. */
export function keyCase(key: string, modifiers: Modifiers, usual: "camel" | "kebab"): string {
  const convert = CASES[modifiers.get("case")?.[0] ?? usual];
  return key && convert ? convert(key) : key;
}

/** A name in another case, as `keyCase` knows them. */
export const convertCase = (name: string, to: "camel" | "kebab") => CASES[to]!(name);

/** The first tag that is a time ("200ms", "1s", "50"), in milliseconds. */
export function time(tags: string[] | undefined, otherwise: number): number {
  for (const tag of tags ?? []) {
    const match = /^(\d+)(ms|s)?$/.exec(tag);
    if (match) return Number(match[1]) * (match[2] === "s" ? 1000 : 1);
  }
  return otherwise;
}
