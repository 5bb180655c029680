/** Whom a question or a secret is about. Secrets are bound to all four, so that no other machine ever gets them. */
export interface Account {
  /** The name that was asked for: the topology's host or the alias. */
  readonly host: string;
  /** The address that is connected to. */
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** SHA256 fingerprint of the verified host key. */
  readonly hostKey: string;
}

export interface SecretAnswer {
  readonly secret: string;
  /** The user wants it to be kept in the secret store. */
  readonly keep: boolean;
}

export interface KeyboardQuestion {
  readonly prompt: string;
  readonly echo: boolean;
}

export interface HostKeyQuestion {
  readonly host: string;
  /** The name under which the key will be recorded, for example `[10.0.0.1]:2222`. */
  readonly name: string;
  readonly address: string;
  /** For example `ssh-ed25519`. */
  readonly type: string;
  /** For example `SHA256:…`, as ssh prints it. */
  readonly fingerprint: string;
  /** The file that the entry will be written to. */
  readonly file: string;
}

/**
 * Where secrets are kept. `key` is opaque, stable, and has no secret in it. In the editor this is SecretStorage.
 */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  save(key: string, secret: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Questions to the person. Each is asked at most once at a time; `undefined` means that it was not answered. */
export interface HostPrompts {
  password(account: Account, signal: AbortSignal): Promise<SecretAnswer | undefined>;
  passphrase(keyFile: string, signal: AbortSignal): Promise<SecretAnswer | undefined>;
  /** One answer for each question, in order. `name` and `instructions` come from the server. */
  keyboardInteractive(
    account: Account,
    name: string,
    instructions: string,
    questions: readonly KeyboardQuestion[],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined>;
  /** Whether the unknown key is the machine's own. */
  confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean>;
  /**
   * Told that a question about the key of this host (the name that was asked for) is or will be open. What it answers
   * is called when there is none any more.
   */
  hostKeyWaits?(host: string): () => void;
  readonly secrets: SecretStore;
}
