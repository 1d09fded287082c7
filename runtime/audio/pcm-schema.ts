import { z } from 'zod';

/** `instanceof` fails for arrays that come from another realm (jest runs tests in one), so look at the tag. */
const isPcm = (value: unknown): value is Int16Array =>
	Object.prototype.toString.call(value) === '[object Int16Array]';

/** Mono signed 16 bit samples, at most 20 s at 48 kHz a message. */
export const pcm = z.custom<Int16Array>(
	(value) => isPcm(value) && value.length <= 960_000,
	'expected an Int16Array of at most 960000 samples',
);
