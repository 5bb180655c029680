import { userInfo } from 'node:os';

/** The account that the lab plays: what the login set, whatever account really runs the lab. */
export function loadUser(): string {
  return process.env['LAB_USER'] ?? process.env['USER'] ?? userInfo().username;
}
