// URL paths in one form.

/** As the core writes a URL path; what cannot be decoded stays as it is. */
export function normal(entry: string): string {
  const path = entry.split('?', 1)[0]!;
  try {
    return encoded(decodeURIComponent(path));
  } catch {
    return path;
  }
}

/** As the core writes the URL path of such a name. */
export function encoded(name: string): string {
  return name.replaceAll(/[\u0000-\u0020"#<>%{}|\\^[\]`?\u007f]|[^\u0000-\u007f]+/g, encodeURIComponent);
}
