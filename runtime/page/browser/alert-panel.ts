import { element, setText } from './dom';
import type { Fault } from './faults';

/** Says what went wrong and what to do. One at a time: the latest matters. */
export class AlertPanel {
	private readonly panel = element('error', HTMLElement);
	private readonly link = element('error-link', HTMLAnchorElement);

	constructor() {
		element('error-close', HTMLButtonElement).addEventListener('click', () => this.clear());
	}

	show({ code, title, message, remedy, link }: Fault): void {
		setText(element('error-title', HTMLElement), title);
		setText(element('error-message', HTMLElement), message);
		setText(element('error-remedy', HTMLElement), remedy);
		setText(element('error-code', HTMLElement), code);
		this.link.hidden = !link;
		if (link) {
			this.link.href = link.href;
			setText(this.link, link.text);
		}
		this.panel.dataset['code'] = code;
		this.panel.hidden = false;
	}

	/** `code`: only where it is what is shown. */
	clear(code?: string): void {
		if (code !== undefined && this.panel.dataset['code'] !== code) return;
		this.panel.hidden = true;
	}
}
