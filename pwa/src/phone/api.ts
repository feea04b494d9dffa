/** An answer of the server's ordinary HTTP side; status 0 when there was none. */
export interface Answer<T> { status: number; ok: boolean; code: string; body: T | null; told?: Told }
/** What the server says about a failure beside its code. */
export type Told = Record<string, unknown>

/** Calls the server with the session cookie. Never throws: no network is an answer too. */
export async function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, timeout_ms = 15_000): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method, signal: AbortSignal.timeout(timeout_ms), credentials: 'same-origin', cache: 'no-store',
      headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': body instanceof Blob ? body.type : 'application/json' }) },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
    if (!response.ok) {
      const told = await toldIn(response)
      return { status: response.status, ok: false, code: String(told.code ?? ''), body: null, told }
    }
    const text = await response.text()
    return { status: response.status, ok: true, code: '', body: text ? (JSON.parse(text) as T) : null }
  } catch {
    return { status: 0, ok: false, code: 'network', body: null }
  }
}

async function toldIn(response: Response): Promise<Told> {
  try {
    return ((await response.json()) as { error?: Told }).error ?? {}
  } catch {
    return {}
  }
}
