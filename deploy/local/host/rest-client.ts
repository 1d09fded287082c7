import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** n8n answered, and not as wished. `status` is HTTP's. */
export class RestError extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

const failure = z.object({ message: z.string() }).passthrough();
const answered = z.object({ data: z.unknown() });
const frontendSettings = z.object({
	/** Told to those who are logged in. */
	versionCli: z.string().optional(),
	userManagement: z.object({ showSetupOnFirstLoad: z.boolean().optional() }).passthrough(),
});

/** What n8n's own editor talks to, logged in as a person: JSON in, the `data` of the answer out. */
export class RestClient {
	readonly url: string;
	/** n8n ties a login to the browser that made it. */
	readonly #browser = randomUUID();
	#cookie = '';
	#version = '';

	/** @param url n8n's address, without a slash at its end */
	constructor(url: string) {
		this.url = url;
	}

	/** n8n's own, such as 2.41.1, once logged in. */
	get version(): string {
		return this.#version;
	}

	/** n8n 1.x has no published versions: a workflow is active, or is not. */
	get isFirst(): boolean {
		return this.#version.startsWith('1.');
	}

	/** @param route below `/rest`, with its slash */
	async request<Answer>(
		method: string,
		route: string,
		shape: z.ZodType<Answer, z.ZodTypeDef, unknown>,
		body?: unknown,
		headers: Record<string, string> = {},
	): Promise<Answer> {
		const response = await fetch(`${this.url}/rest${route}`, {
			method,
			headers: {
				'browser-id': this.#browser,
				...(this.#cookie && { cookie: this.#cookie }),
				...(body !== undefined && { 'content-type': 'application/json' }),
				...headers,
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		if (!response.ok) throw new RestError(response.status, `${method} ${route}: ${response.status} ${whyIn(text)}`);
		const cookie = response.headers.getSetCookie().find((each) => each.startsWith('n8n-auth='));
		if (cookie) this.#cookie = cookie.split(';')[0] ?? '';
		return shape.parse(text === '' ? undefined : answered.parse(JSON.parse(text)).data);
	}

	/** Logs in as the owner; on an n8n that has none yet, becomes it. */
	async logIn(owner: { email: string; password: string }): Promise<void> {
		const { userManagement } = await this.request('GET', '/settings', frontendSettings);
		if (userManagement.showSetupOnFirstLoad) {
			await this.request('POST', '/owner/setup', z.unknown(), { ...owner, firstName: 'Voice', lastName: 'Loop' });
		} else {
			await this.request('POST', '/login', z.unknown(), {
				emailOrLdapLoginId: owner.email,
				password: owner.password,
			});
		}
		this.#version = (await this.request('GET', '/settings', frontendSettings)).versionCli ?? '';
	}
}

function whyIn(text: string): string {
	try {
		const parsed = failure.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data.message : text.slice(0, 300);
	} catch {
		return text.slice(0, 300);
	}
}
