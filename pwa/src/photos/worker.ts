/** Scales photos away from the page, so typing stays smooth meanwhile. */

import { drawPhoto } from './draw'

self.onmessage = async ({ data }: MessageEvent<{ file: Blob }>) => {
  try {
    self.postMessage({ drawn: await drawPhoto(data.file) })
  } catch (error) {
    self.postMessage({ error: String(error) })
  }
}
