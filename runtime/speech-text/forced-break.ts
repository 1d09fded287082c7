import { isClauseMark, isWideClauseMark, isWideLetter } from './sentence-end';

/** A clause that ends in the last half of the piece is a better place than a space at its end. */
const CLAUSE_SHARE = 0.5;

/** "+1 (415) 555-0132", "5 km", "May 5, 2026": figures keep to what stands beside them. */
function besideFigures(text: string, space: number): boolean {
	return /[\d)$\u20ac\u00a3+]/.test(text.charAt(space - 1)) || /[\d($\u20ac\u00a3+]/.test(text.charAt(space + 1));
}

function insideWideText(text: string, at: number): boolean {
	return isWideLetter(text.charAt(at)) && isWideLetter(text.charAt(at - 1));
}

/**
 * Where text without any end is cut when it has grown to `at`: after its last clause, else at a space that does
 * not stand beside a figure, else at any space; Chinese and Japanese after a comma, else by force. undefined for
 * an unbroken run of signs: an address gets as much again to end (see lateBreak).
 */
export function forcedBreak(text: string, at: number): number | undefined {
	let clause: number | undefined;
	let space: number | undefined;
	let poorSpace: number | undefined;
	for (let cut = at; cut > 0 && (clause === undefined || space === undefined); cut--) {
		const before = text.charAt(cut - 1);
		if (isWideClauseMark(before)) clause ??= cut;
		if (!/\s/.test(text.charAt(cut))) continue;
		poorSpace ??= cut;
		if (besideFigures(text, cut)) continue;
		space ??= cut;
		if (isClauseMark(before)) clause ??= cut;
	}
	if (clause !== undefined && clause > at * CLAUSE_SHARE) return clause;
	return space ?? poorSpace ?? (insideWideText(text, at) ? at : undefined);
}

/** Where a run of signs that is already longer than a piece is cut, now that `at` has come: at last by force. */
export function lateBreak(text: string, at: number, pieceMax: number): number | undefined {
	if (/\s/.test(text.charAt(at)) || insideWideText(text, at)) return at;
	if (at < 2 * pieceMax) return undefined;
	const tag = text.slice(0, pieceMax).search(/<[a-z]{0,8}$/i);
	if (tag > 0) return tag;
	const low = text.charCodeAt(pieceMax);
	return low >= 0xdc00 && low <= 0xdfff ? pieceMax - 1 : pieceMax;
}
