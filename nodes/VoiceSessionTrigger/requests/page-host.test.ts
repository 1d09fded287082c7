// Guards against: a caller from elsewhere who is told addresses of this machine itself, because a proxy passed the call on.
import { pageHostOf } from './page-host';

test.each([
	['a page says where it is', { origin: 'http://localhost:5678', host: 'n8n:5678' }, 'localhost:5678'],
	['behind a proxy too', { origin: 'https://voice.example', host: 'localhost:5678', 'x-forwarded-for': '10.0.0.1' }, 'voice.example'],
	['a page in a sandbox does not', { origin: 'null', host: 'localhost:5678' }, ''],
	['a program came to this host', { host: '127.0.0.1:5678' }, '127.0.0.1:5678'],
	['a program that came through a proxy came to another one', { host: '127.0.0.1:5678', 'x-forwarded-for': '10.0.0.1' }, ''],
	['nobody says anything', {}, ''],
])('%s', (_what, headers, expected) => expect(pageHostOf(headers)).toBe(expected));
