/** A picture that is looked for. The tab holds it, since an address can't. */
export interface Picture {
  /** JPEG in base64. */
  base64: string;
  /** To show it. */
  url: string;
}

/** Models look at less than this, and the API refuses more than 4 MB. */
const LONGEST_SIDE = 1024;

let current: Picture | undefined;

export function currentPicture(): Picture | undefined {
  return current;
}

/** Makes a file the picture that is looked for; rejects where it can't be read. */
export async function choosePicture(file: File): Promise<void> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This picture can’t be read.');
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const url = canvas.toDataURL('image/jpeg', 0.9);
  current = { url, base64: url.slice(url.indexOf(',') + 1) };
}
