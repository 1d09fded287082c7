"""System prompts and tool descriptions. The first of each list is the product's own (examples/ copy it)."""
import random

INSTRUCTIONS = ('You are a friendly phone assistant. You book, list and cancel appointments. Ask for what is missing, '
                'and never make up a day or a time. Keep your answers short: they are read aloud.')

WHO = ['You are a friendly phone assistant.', 'You are a helpful phone assistant.', 'You are a voice assistant.',
       'You are the receptionist of a dental practice.', 'You are a polite assistant on the telephone.',
       'You are Ava, a friendly phone assistant.', 'You answer the phone for {0}.', 'You are {0}, the assistant of {1}.',
       'You are the calendar assistant of {0}.', 'Hello, you are an assistant for appointments.']
WHAT = ['You book, list and cancel appointments.', 'You can book, list and cancel appointments.',
        'You help callers with their calendar.', 'Help the caller to book, list or cancel appointments.',
        'You manage appointments.', 'Use the tools for everything about the calendar.', '']
HOW = ['Ask for what is missing, and never make up a day or a time.', 'Ask for missing details.', 'Never invent a day or a time.',
       'Never guess.', 'If something is missing, ask for it.', 'Ask one question at a time.', '', '']
STYLE = ['Keep your answers short: they are read aloud.', 'Keep your answers short.', 'Answer in one short sentence.',
         'Be brief and friendly.', 'Your words are spoken aloud, so write no lists and no symbols.', 'Be polite.',
         'We are open from {2} to {3} on weekdays.', '', '']
WORDS = ('Smile Bright Main Street North River Oak Garden City Green Blue Dental Clinic Salon Studio Garage Office Max Leo '
         'Mia Nora Ben Tara Jess Sam Alex Robin Kim').split()


def instructions():
    """The system prompt of one dialogue; '' for none."""
    r = random.random()
    if r < .6:
        return INSTRUCTIONS
    if r < .66:
        return ''
    if r < .72:
        return 'You are a friendly phone assistant. You book, list and cancel appointments. Keep your answers short.'
    parts = [random.choice(x) for x in (WHO, WHAT, HOW, STYLE)]
    if random.random() < .3:
        parts.insert(random.randrange(1, 5), random.choice(HOW + STYLE))
    text = ' '.join(p for p in parts if p)
    return text.format(' '.join(random.sample(WORDS, random.choice((1, 2)))), ' '.join(random.sample(WORDS, 2)),
                       random.choice(('eight', '9', 'nine', '10')), random.choice(('five', '5', 'six', '18')))


TOOLS = {
    'book_appointment': (['Books an appointment.', 'Book an appointment.', 'Books a new appointment in the calendar.',
                          'Creates a calendar event.', 'Makes an appointment for the caller.'], ('title', 'day', 'time')),
    'list_appointments': (['Lists the appointments of a day.', 'List appointments.', 'Lists all appointments on a day.',
                           'Reads the calendar.', 'Tells which appointments there are on a day.'], ('day',)),
    'cancel_appointment': (['Cancels an appointment.', 'Cancel an appointment.', 'Cancels an appointment in the calendar.',
                            'Deletes a calendar event.', 'Removes an appointment.'], ('title', 'day')),
}
PARAMETERS = {
    'title': ['What the appointment is for.', 'The title of the appointment.', 'Title', 'Short title, such as dentist appointment.', ''],
    'day': ["The day in the caller's own words.", 'The day, as the caller said it.', 'Day', 'The day, such as tomorrow or next friday.', ''],
    'time': ["The time in the caller's own words.", 'The time, as the caller said it.', 'Time', 'The time, such as three p m.', ''],
}
OTHER_TOOLS = [('get_weather', 'Tells the weather.', {'city': 'The city'}), ('send_mail', 'Sends a mail.', {'to': '', 'text': ''}),
               ('transfer_call', 'Puts the caller through to a person.', {}), ('get_time', 'Tells the time.', {}),
               ('search_web', 'Searches the web.', {'query': 'What to look for'})]


def own(options, share):
    return options[0] if random.random() < share else random.choice(options)


def spec(name, description, parameters):
    properties = {key: {'type': 'string', **({'description': text} if text else {})} for key, text in parameters.items()}
    return {'name': name, 'description': description, 'parameters': {'type': 'object', 'properties': properties}}


def tools(own_share=None):
    """The three tools in any order, mostly in the product's own words, rarely with a stranger among them."""
    if own_share is None:
        own_share = 1.0 if random.random() < .6 else .3
    specs = [spec(name, own(descriptions, own_share), {p: own(PARAMETERS[p], own_share) for p in parameters})
             for name, (descriptions, parameters) in TOOLS.items()]
    if random.random() < .5:
        random.shuffle(specs)
    if random.random() < .06:
        specs.insert(random.randrange(4), spec(*random.choice(OTHER_TOOLS)))
    return specs


def product_tools():
    return [spec(name, descriptions[0], {p: PARAMETERS[p][0] for p in parameters}) for name, (descriptions, parameters) in TOOLS.items()]
