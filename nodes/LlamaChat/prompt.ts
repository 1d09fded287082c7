import type { IExecuteFunctions } from 'n8n-workflow';
import { TEXT_OF_ITEM } from '../shared/look-ahead';

/**
 * The text to answer. The default is read from the item itself: n8n evaluates expressions in a virtual machine of each execution's
 * own, and the first one takes some milliseconds, which the caller would wait for.
 */
export function promptToAnswer(context: IExecuteFunctions, itemIndex: number): string {
	const isDefault = context.getNodeParameter('prompt', itemIndex, '', { rawExpressions: true }) === TEXT_OF_ITEM;
	return parameterText(isDefault ? context.getInputData()[itemIndex]?.json.text : context.getNodeParameter('prompt', itemIndex, ''));
}

/** What an expression gave, as text. */
export function parameterText(value: unknown): string {
	return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);
}
