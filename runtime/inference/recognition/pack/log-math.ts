/** ln(exp(a) + exp(b)); -Infinity is "impossible". */
export function logAdd(a: number, b: number): number {
	const high = a > b ? a : b;
	if (high === -Infinity) return high;
	const low = a > b ? b : a;
	return high + Math.log1p(Math.exp(low - high));
}
