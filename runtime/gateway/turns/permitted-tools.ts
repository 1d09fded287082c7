import type { CallPermit } from '../../contract/join-token';

/** Of the tools that a node offers, those that the caller's token allows: no other one is offered to the model, or run. */
export function permittedTools<T extends { readonly name: string }>(tools: readonly T[], permit: Pick<CallPermit, 'tools'> | undefined): T[] {
	const allowed = permit?.tools && new Set(permit.tools);
	return tools.filter(({ name }) => allowed?.has(name) ?? true);
}
