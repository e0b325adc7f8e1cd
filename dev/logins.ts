import { DatabaseError } from 'pg'
import { connected, hostOf } from './connect.ts'
import { PASSWORD_VARIABLES, type Passwords, WORKER_ROLES } from './passwords.ts'

const WRONG_PASSWORD = '28P01'

/** Rejects where one of the Worker's roles cannot log in to the database of `url`, and says what to do. */
export async function tryLogins(url: string, passwords: Passwords): Promise<void> {
  for (const role of WORKER_ROLES) {
    const login = new URL(url)
    login.username = role
    login.password = encodeURIComponent(passwords[role] ?? '')
    await connected(login.href, () => Promise.resolve()).catch((error: unknown) => {
      const cause = error instanceof Error ? error.cause : undefined
      const isWrong = cause instanceof DatabaseError ? cause.code === WRONG_PASSWORD : passwords[role] === undefined
      throw isWrong ? new Error(otherPassword(role, hostOf(url)), { cause: error }) : error
    })
  }
}

const otherPassword = (role: string, host: string) =>
  `The role ${role} exists on ${host}, with a password that local stacks do not know. Set ` +
  `${Object.values(PASSWORD_VARIABLES).join(' and ')}, to what they are or to new ones: the roles get them.`
