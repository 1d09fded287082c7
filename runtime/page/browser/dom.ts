/** The element of page.html with this id; a missing or different one is a fault of the page itself. */
export function element<T extends Element>(id: string, kind: new () => T): T {
	const found = document.getElementById(id);
	if (!(found instanceof kind)) throw new Error(`page.html has no ${kind.name} #${id}`);
	return found;
}

/** Changes text only where it differs, so that a screen reader does not repeat what stands there. */
export function setText(target: Element, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}

export function make<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	className = '',
	text = '',
): HTMLElementTagNameMap[K] {
	const made = document.createElement(tag);
	if (className) made.className = className;
	if (text) made.textContent = text;
	return made;
}

export function icon(name: string): SVGSVGElement {
	const svgSpace = 'http://www.w3.org/2000/svg';
	const svg = document.createElementNS(svgSpace, 'svg');
	svg.setAttribute('class', 'icon');
	svg.setAttribute('aria-hidden', 'true');
	const use = document.createElementNS(svgSpace, 'use');
	use.setAttribute('href', `#i-${name}`);
	svg.append(use);
	return svg;
}

export function setIcon(button: Element, name: string): void {
	button.querySelector('use')?.setAttribute('href', `#i-${name}`);
}
