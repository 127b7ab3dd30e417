// Text as bytes and back. The engine of a component has neither TextEncoder nor TextDecoder.

/** The bytes of a text; what is no text (an unpaired surrogate) becomes U+FFFD. */
export function encode(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.replace(UNPAIRED, "\ufffd"));
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at += 1) {
    const code = escaped.charCodeAt(at);
    if (code === PERCENT) {
      bytes[length] = Number.parseInt(escaped.slice(at + 1, at + 3), 16);
      at += 2;
    } else {
      bytes[length] = code;
    }
    length += 1;
  }
  return bytes.slice(0, length);
}

/** The text of these bytes, `null` if they are none. */
export function decode(bytes: Uint8Array): string | null {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + PIECE)));
  }
  const latin1 = parts.join("");
  if (!BEYOND_ASCII.test(latin1)) return latin1;
  try {
    return decodeURIComponent(latin1.replace(ESCAPED, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, "0")}`));
  } catch {
    return null;
  }
}

const UNPAIRED = /\p{Surrogate}/gu;
const PERCENT = 0x25;
/** So many bytes are arguments of one call. */
const PIECE = 4096;
const BEYOND_ASCII = /[\u0080-\u00ff]/;
const ESCAPED = /[%\u0080-\u00ff]/g;
