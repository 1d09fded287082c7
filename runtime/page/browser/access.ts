import { element } from './dom';
import type { Fault } from './faults';

/** Who may call, as the trigger node says in the page's head. */
type Callers = 'anyone' | 'secret' | 'token' | 'n8nUsers';

/** Makes sure that the caller is allowed to call: asks for the secret, or for a log-in to n8n. */
export class Access {
	private readonly callers = readCallers();
	private readonly kept = new Secret(this.callers);
	private readonly form = element('secret-form', HTMLFormElement);
	private readonly input = element('secret', HTMLInputElement);

	/** @param submitted the caller pressed Enter in the form */
	constructor(submitted: () => void) {
		this.form.hidden = this.callers !== 'secret' || this.kept.get() !== '';
		this.form.addEventListener('submit', (event) => {
			event.preventDefault();
			submitted();
		});
		this.input.addEventListener('input', () => this.input.removeAttribute('aria-invalid'));
	}

	/** Callers need a secret or a token. */
	get asksForOne(): boolean {
		return this.callers === 'secret' || this.callers === 'token';
	}

	/** The secret to send, '' for none; null where the caller has to type it first. */
	secret(): string | null {
		if (this.form.hidden) return this.kept.get();
		const typed = this.input.value.trim();
		if (!typed) {
			this.input.setAttribute('aria-invalid', 'true');
			this.input.focus();
			return null;
		}
		this.kept.set(typed);
		return typed;
	}

	/** The server let the caller in: no need to ask again. */
	accepted(): void {
		// A token was good for this call. Whoever tries it again hears that from the server.
		if (this.callers === 'token') this.kept.store('');
		this.form.hidden = true;
		this.input.value = '';
	}

	/** Tells the caller how to be let in. */
	refused(fault: Fault): Fault {
		if (this.callers === 'n8nUsers') {
			// Before it serves the page, the server asks n8n who is logged in.
			return { ...fault, title: 'Log in to n8n first', link: { href: location.pathname + location.search, text: 'Reload the page' } };
		}
		const title = this.kept.get() === '' ? 'This agent requires a secret' : 'The secret was not accepted';
		this.kept.set('');
		this.form.hidden = false;
		this.input.value = '';
		this.input.focus();
		return { ...fault, title };
	}
}

const CALLERS: readonly Callers[] = ['secret', 'token', 'n8nUsers'];

function readCallers(): Callers {
	const content = document.querySelector('meta[name="voice-callers"]')?.getAttribute('content');
	return CALLERS.find((callers) => callers === content) ?? 'anyone';
}

/** The caller's token or shared secret: in the address's fragment (which never reaches a server), else typed in; kept for the tab. */
export class Secret {
	private value: string;
	private readonly key: string;

	constructor(callers: Callers) {
		const name = callers === 'token' ? 'token' : 'secret';
		this.key = `voice-loop-${name}:${location.pathname}`;
		const given = new URLSearchParams(location.hash.slice(1)).get(name);
		this.value = given ?? this.stored();
		if (given === null) return;
		this.set(given);
		// Neither the history nor a copied address should carry it.
		history.replaceState(null, '', location.pathname + location.search);
	}

	get(): string {
		return this.value;
	}

	set(value: string): void {
		this.value = value;
		this.store(value);
	}

	/** What the tab still has when the page is loaded again. */
	store(value: string): void {
		try {
			sessionStorage.setItem(this.key, value);
		} catch {
			// Storage may be forbidden: the secret then lives as long as the page.
		}
	}

	private stored(): string {
		try {
			return sessionStorage.getItem(this.key) ?? '';
		} catch {
			return '';
		}
	}
}
