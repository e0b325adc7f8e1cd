/** drizzle-zod's types name Node's Buffer; without one every column's schema would be `any`. */
interface Buffer extends Uint8Array {}
