/**
 * What callers say, with `|` where they may pause. A pause in the middle must not end the turn; the end of the text should,
 * soon. How the strategies are combined was chosen on these; what is reported is test-scenes.ts, which has other texts, and
 * other voices.
 */
export interface Scene {
	readonly text: string;
	/** Was a question the last thing the caller heard? */
	readonly asked?: boolean;
	/** Which of `TOOLS` are offered. */
	readonly tools?: keyof typeof TOOLS;
}

export function scenes(lines: string, flags: Omit<Scene, 'text'> = {}): Scene[] {
	return lines
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '')
		.map((text) => ({ text, ...flags }));
}

export const CHOOSING: readonly Scene[] = [
	...scenes(
		`
		schedule a meeting with the marketing team | at nine a m | on thursday
		could you book a checkup | with doctor allen | on monday at ten
		i need to move my haircut | to the afternoon | on wednesday at three p m
		book lunch with my sister | tomorrow | at noon
		cancel the call with peter | on friday
		what do i have | on saturday morning
		please put a reminder | for tuesday at six p m | to water the plants
		`,
		{ tools: 'calendar' },
	),
	...scenes(`
		i was thinking about | maybe going to | the seaside this summer
		the problem is that my printer | does not find | the network any more
		i would like to know whether | you deliver to | the old town
		can you tell me how much | the blue one costs
		we moved here because | my wife got | a new job
		i am calling about the invoice | that you sent me | last week
		do you have anything | for a child of five
		my car makes a strange noise | whenever i | turn left
		if it rains tomorrow | we could meet | at my place
		the last time we spoke | you said that | it would be cheaper
		i bought two tickets | and one of them | does not work
		tell me something about | the history of the town
		she told me to ask for | the manager
		how long does it take | to get a new card
	`),
	...scenes(
		`
		my number is | five five five | two three one | eight eight four
		it is spelled | m i | l l e r
		zero one seven | two two | four six nine
		my e mail is | anna dot miller | at example dot com
		the order number is | nine one | four four | zero seven
		my name is | richard | thompson
		the address is | twenty two | garden street
		it was on the | twelfth of | october
		yes | tomorrow is fine
		two adults | and one child
		`,
		{ asked: true },
	),
	...scenes('yes\nno thanks\nnoon\non friday\nthree p m\nrichard\ntwelve\nthe blue one', { asked: true }),
	...scenes('what is the weather like today\nthank you very much\nplease cancel my order\nwho are you\ni want to talk to a person\nhow late is it\nstop\nthat is all for today'),
	...scenes(
		`
		schedule a team meeting | at two p m | on wednesday
		book a dentist appointment | for my daughter | on friday at four p m
		i want to see the eye doctor | next week | preferably on tuesday at eleven
		please arrange dinner with | the smiths | on saturday evening at seven
		add a phone call | with the bank | tomorrow at half past eight
		move my yoga class | from monday | to thursday at five p m
		am i free | on sunday afternoon
		delete the appointment | with the plumber
		`,
		{ tools: 'calendar' },
	),
	...scenes(`
		i have been wondering | if it would be possible to | change my plan
		the thing is | my son lost | his library card
		would you mind telling me | where the nearest | pharmacy is
		we are looking for a house | with a garden | and three bedrooms
		my flight was late so | i missed | the last train
		could you send the papers to | my office | instead of my home
		i think that | the red shoes | are a bit too small
		is there a bus from | the station to | the museum
		when i opened the box | one of the glasses | was broken
		we wanted to ask about | the price of | the larger room
		the doctor said that i should | take these | twice a day
		he works for | a small company | in the north
		i forgot my password and | now i can not | get into my account
		what happens if | i pay | a few days later
		next month we are going to | open a second | shop downtown
		i do not remember | what the | model was called
		could i speak to | somebody in | the billing department
		tell my brother that | i will be | an hour late
		is it true that | the museum is | closed on mondays
		because of the storm | we have had | no power since noon
	`),
	...scenes(
		`
		my phone number is | four four one | seven zero two | three nine five six
		that is | k o | w a l s k i
		eight eight two | five zero | one one three
		you can write to | john dot baker | at mail dot org
		the reference is | b seven | two four | x
		i am called | maria | fernandez
		it is | forty one | church road
		i was born on the | third of | july
		well | i guess | around noon
		three large pizzas | and a bottle of water
		yes but | only if | it is free
		the code is | six one | nine nine
		`,
		{ asked: true },
	),
	...scenes('yes please\nno\nmidnight\non tuesday\nten thirty\nmaria\nforty two\nthe second one\ntomorrow morning\nthat is right', { asked: true }),
	...scenes(
		'how much does it cost\nthanks a lot\ni would like to cancel my subscription\nwhere is your office\nplease repeat that\nwhat time do you close\nnever mind\ncan you hear me\ni have a question about my bill\nno that was everything',
	),
];

/** In the shape of contract/chat's toolSpec. */
export const TOOLS = {
	calendar: [
		tool('book_appointment', { title: 'string', date: 'string', time: 'string' }),
		tool('move_appointment', { title: 'string', date: 'string', time: 'string' }),
		tool('list_appointments', { date: 'string' }),
		tool('cancel_appointment', { title: 'string' }),
	],
	desk: [
		tool('reserve_table', { people: 'integer', date: 'string', time: 'string' }),
		tool('order_taxi', { destination: 'string', time: 'string' }),
		tool('send_message', { recipient: 'string', text: 'string' }),
		tool('transfer_money', { amount: 'number', recipient: 'string' }),
		tool('order_goods', { quantity: 'integer', item: 'string' }),
	],
};

function tool(name: string, properties: Record<string, string>): { name: string; parameters: { type: 'object'; properties: Record<string, { type: string }>; required: string[] } } {
	return { name, parameters: { type: 'object', properties: Object.fromEntries(Object.entries(properties).map(([each, type]) => [each, { type }])), required: Object.keys(properties) } };
}
