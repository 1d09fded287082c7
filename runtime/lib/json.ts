/** undefined for what is no JSON: text from outside is parsed with this and then checked against its shape. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
