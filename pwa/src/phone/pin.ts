const ROUNDS = 600_000
export interface PinRecord { salt: string; hash: string }

/** 4 to 6 digits. */
export function isPin(pin: string): boolean {
  return /^\d{4,6}$/.test(pin)
}

/** What is kept of a PIN on this phone: PBKDF2-SHA256, 600,000 rounds, its own salt. */
export async function sealPin(pin: string): Promise<PinRecord> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  return { salt: hex(salt), hash: await derive(pin, salt) }
}

export async function opensWith(record: PinRecord, pin: string): Promise<boolean> {
  const salt = Uint8Array.from(record.salt.match(/../g) ?? [], (pair) => parseInt(pair, 16))
  return (await derive(pin, salt)) === record.hash
}

async function derive(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  return hex(new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, key, 256)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
