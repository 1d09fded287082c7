/** The caller's shared secret: in the address's fragment (which never reaches a server), else typed in; kept for the tab. */
export class Secret {
	private value: string;
	private readonly key = `voice-loop-secret:${location.pathname}`;

	constructor() {
		const given = new URLSearchParams(location.hash.slice(1)).get('secret');
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
