// The files that visitors choose, as values of signals.

/** A chosen file; its contents are base64. */
export interface Chosen {
  name: string;
  contents: string;
  mime: string;
}

const reading = new Set<Promise<unknown>>();

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}

/** Read files: each as its `data:` URL. */
export function readFiles(files: Iterable<File>): Promise<string[]> {
  const all = Promise.all([...files].map(dataUrl));
  reading.add(all);
  void all.catch(() => {}).then(() => reading.delete(all));
  return all;
}

/** What a signal holds of a file that was read. */
export function chosen({ name }: File, url: string): Chosen {
  const [, mime = "", contents = ""] = /^data:([^;,]*)[^,]*,(.*)$/.exec(url) ?? [];
  return { name, contents, mime };
}

/** Resolves once all that were chosen are read; undefined if none is being read. */
export const filesRead = (): Promise<unknown> | undefined =>
  reading.size ? Promise.allSettled(reading) : undefined;
