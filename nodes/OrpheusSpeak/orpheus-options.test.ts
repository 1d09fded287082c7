// Guards against: an option that the editor fills in otherwise than the runtime does, or that the runtime does not take.
import type { INodeProperties } from 'n8n-workflow';
import { orpheusSettings } from '../../runtime/contract/agent-settings';
import { orpheusOptions } from './orpheus-options';

const options = orpheusOptions.options as INodeProperties[];

test('every setting of the contract is there, with its default', () => {
	expect(Object.fromEntries(options.map((option) => [option.name, option.default]))).toEqual(orpheusSettings.parse({}));
});

test.each(options.filter(({ type }) => type === 'number'))('$displayName takes what the runtime takes, and no more', ({ name, typeOptions }) => {
	const { minValue = NaN, maxValue = NaN } = typeOptions ?? {};
	const takes = (value: number): boolean => orpheusSettings.safeParse({ [name]: value }).success;
	expect([minValue, maxValue].map(takes)).toEqual([true, true]);
	expect([minValue - 1, maxValue + 1].map(takes)).toEqual([false, false]);
});
