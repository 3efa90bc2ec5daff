"""English: the words around what people say of themselves; see `language` for what each is for."""

from typing import Final

from memlane.derive.patterns.dates import Dates

SHAPES: Final = r"""
im: (?:i'?m|i am)(?: (?:currently|now|actually|also|just|still|really|only|already))*
were: (?:i'?m|i am|we're|we are)(?: (?:currently|now|actually|also|just|still|probably))*
ive: (?:i|we)(?:'ve| have)?(?: (?:just|recently|finally|also|now))*
ihave: (?:i|we)(?: (?:also|currently|now))*(?: have|'ve got| have got)
self: (?:(?:i|we)(?: (?:currently|now|actually|also|both|still|just|mostly|happily))* |(?P<bare>)(?:(?:currently
    |now|still) )?)
very: (?:(?:really|absolutely|just|also|do|truly|always|still|quite|particularly|especially|generally) )*
anymore: (?: any ?more| any longer| now)
notdo: (?:don'?t|do not)
area: (?:(?:downtown|central|north|south|east|west|northern|southern|eastern|western|sunny|rainy|beautiful|nearby
    |the(?: (?:city|town|state|village) of)?) )?
role: (?!team\b|group\b|pair\b|unit\b)(?P<value>[^\W\d_][\w'/-]*(?: (?!(?:at|in|for|with|on|and|but|from|near|so
    |since|now|by|to|who|where|here|there|because|while|which|when|right|these|during|as|until|myself|currently
    |full|part)\b)[^\W\d_][\w'/-]*){0,4})
diet: (?P<value>vegan|vegetarian|pescatarian|pescetarian|flexitarian|omnivore|carnivore|fruitarian)
forme: (?=,? (?:i|my)\b|, (?:what|how|where|which|is|are|can|should|do) (?:\w+ ){0,3}(?:i|my|me)\b)
slip: (?:(?:no|oh|wait|sorry|oops|actually|correction|hm+|hang on)[,.!]? )*
called: (?:'s name(?:'s| is| was)| is (?:called|named)| was (?:called|named))
spouse: (?P<relation><spouses>)\b
kin: (?:(?:older|younger|little|big|twin|elder|oldest|youngest|baby|late|dear|half) )?(?P<relation><kinwords>)\b
lang: (?P<value><tongues>)
wish: (?=(?:learn (?!more|about|if|whether|what|why|from|the)|visit(?= (?-i:(?:the )?[A-Z]))|travel (?:to|through
    |around) (?-i:[A-Z])|become (?!more|less|better|familiar|aware|comfortable|proficient)|run a|climb|move to
    |adopt|buy an? (?:house|home|flat|apartment|car|boat)|get an? (?:dog|cat|puppy|kitten)|quit smoking
    |stop smoking|lose weight|retire|start (?:my own|a) (?:business|company|family))\b)
others: he|she|they|you|it|who|people|everyone
"""

WORDS: Final = r"""
spouses: wife|husband|partner|girlfriend|boyfriend|fiancée?|fiancee|spouse
kinwords: mother|mom|mum|father|dad|sister|brother|son|daughter|grandmother|grandma|granny|grandfather|grandpa|aunt
    |uncle|cousin|niece|nephew|stepmother|stepfather|stepmom|stepdad|stepson|stepdaughter|stepbrother|stepsister
    |mother-in-law|father-in-law|brother-in-law|sister-in-law|best friend|friend|colleague|coworker|co-worker|boss
    |neighbou?r|roommate|flatmate|grandson|granddaughter
close: my (?:(?:older|younger|little|big|twin|eldest|oldest|youngest) )?<relation>(?:,? <who>,?)?
animals: dogs?|pupp(?:y|ies)|cats?|kittens?|hamsters?|rabbits?|bunn(?:y|ies)|parrots?|budgies?|canar(?:y|ies)
    |horses?|pon(?:y|ies)|goldfish|fish|turtles?|tortoises?|snakes?|geckos?|lizards?|guinea pigs?|ferrets?
    |chickens?|hens?|goats?|corgis?|labradors?|poodles?|beagles?|golden retrievers?|retrievers?|huskys?|huskies
    |dachshunds?
counts: two|three|four|five|six|seven|eight|nine|ten
jobs: teacher|nurse|doctor|physician|surgeon|dentist|hygienist|pharmacist|paramedic|firefighter|therapist
    |psychologist|psychiatrist|physiotherapist|veterinarian|vet|lawyer|attorney|paralegal|judge|accountant|auditor
    |bookkeeper|engineer|developer|programmer|architect|designer|illustrator|photographer|journalist|reporter
    |editor|writer|author|novelist|poet|translator|interpreter|librarian|scientist|researcher|biologist|chemist
    |physicist|mathematician|economist|statistician|analyst|consultant|manager|director|administrator|assistant
    |secretary|receptionist|salesman|saleswoman|salesperson|realtor|broker|banker|cashier|barista|bartender|waiter
    |waitress|chef|baker|butcher|farmer|gardener|florist|carpenter|electrician|plumber|welder|mechanic|machinist
    |technician|janitor|pilot|flight attendant|truck driver|bus driver|taxi driver|train driver|courier|sailor
    |fisherman|soldier|officer|detective|actor|actress|musician|composer|violinist|pianist|sculptor|filmmaker
    |hairdresser|barber|tailor|seamstress|social worker|professor|lecturer|tutor|principal|coach|personal trainer
    |yoga instructor|entrepreneur|freelancer|contractor|copywriter|geologist|linguist|historian|archaeologist
    |midwife|comedian|specialist|solicitor|nanny|dancer|supervisor|coordinator|planner|recruiter|dietitian
    |nutritionist|creator|strategist|inspector|surveyor|landscaper|dispatcher|paramedic|radiologist|cardiologist
    |pediatrician|dermatologist|optometrist|product owner|project lead|data entry clerk|clerk
not_jobs: not|bad|terrible|horrible|good|great|decent|better|best|worse|worst|huge|former|ex|aspiring|future
    |would-be|fellow|retired|amateur|a|an|the|my|your|his|her|their|as|if|like|for|to|of|and|or|big|natural|born
    |wannabe|fake|slow|fast|real|busy|lousy|mere|simple|home|in|at|bit|little|fan|kind|sort|friend|patient
fields: marketing|finance|logistics|healthcare|health care|it|tech|education|construction|hospitality|retail|sales
    |insurance|banking|publishing|advertising|law|accounting|manufacturing|agriculture|consulting|hr
    |human resources|real estate|customer service|public relations|software|biotech|pharma|journalism|film
    |television|social work|event planning|cybersecurity|aviation|tourism
ownables: house|flat|apartment|condo|cottage|cabin|farm|car|truck|van|camper|camper van|motorhome|motorcycle
    |motorbike|scooter|bicycle|bike|e-bike|boat|sailboat|kayak|canoe|piano|guitar|violin|cello|drum kit|telescope
    |camera|laptop|tablet|desktop|smartwatch|drone|printer|3d printer|sewing machine|espresso machine|greenhouse
    |caravan|tesla
tongues: english|german|french|spanish|italian|portuguese|dutch|danish|swedish|norwegian|finnish|icelandic|polish
    |czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|arabic|hebrew|farsi|persian|urdu
    |hindi|bengali|tamil|telugu|punjabi|gujarati|marathi|mandarin|cantonese|chinese|japanese|korean|vietnamese|thai
    |tagalog|indonesian|malay|swahili|yoruba|igbo|zulu|amharic|somali|catalan|basque|galician|welsh|irish|gaelic
    |latvian|lithuanian|estonian|croatian|serbian|bosnian|slovenian|albanian|georgian|armenian|sign language
    |esperanto|latin
conditions: diabetes|asthma|epilepsy|celiac disease|coeliac disease|celiac|crohn's(?: disease)?|ibs|arthritis|adhd
    |add|autism|dyslexia|migraines|fibromyalgia|lupus|psoriasis|eczema|hypertension|high blood pressure
    |hypothyroidism|anemia|tinnitus|sleep apnea|parkinson's(?: disease)?|multiple sclerosis|ms|pcos|endometriosis
    |anxiety|depression|bipolar disorder|ocd|ptsd|gout|osteoporosis|scoliosis
instruments: piano|guitar|bass|violin|viola|cello|flute|clarinet|saxophone|trumpet|trombone|drums|accordion|harp
    |ukulele|banjo|harmonica|organ|oboe|bassoon|mandolin|french horn|recorder
sports: football|soccer|basketball|volleyball|tennis|badminton|table tennis|squash|rugby|cricket|baseball|softball
    |hockey|ice hockey|handball|golf|chess|padel|pickleball|ultimate frisbee|water polo|lacrosse|bridge|go
foods: alcohol|meat|red meat|dairy|sugar|gluten|caffeine|coffee|soda|bread|fish|pork|beef
favourites: colou?r|food|dish|meal|band|song|album|film|movie|book|author|writer|singer|artist|painter|sport|team
    |animal|season|game|board game|video game|drink|fruit|vegetable|city|country|show|tv show|series|actor|actress
    |cuisine|flower|number|subject|dessert|cheese|podcast|genre|composer|ice cream|wine|tea|beer|poet|snack|pizza
    |restaurant
joints: and|but|so|because|since|as|plus|although|though|while|then
openers: well|since|because|given that|considering(?: that)?|as(?= (?:i|my|we)\b)|so|oh|ok|okay|yes|yeah|yep|no
    (?=[,.!])|nope|hi|hello|hey|hi there|hey there|actually|btw|by the way|also|and|but|anyway|fyi|just so you know
    |for context|for the record|to be honest|tbh|honestly|personally|thanks|thank you|sure|right|correction|sorry
    |oh and|ah|hm+|quick background|background|i think|i should (?:mention|say)(?: that)?|i forgot to mention
    (?: that)?|as i said|like i said|like i mentioned|as you know|you know|see|now|nowadays|currently|recently
    |these days|at the moment|first|my job\? |unfortunately|luckily|fortunately|apparently|good news|update
    |i must (?:say|admit)|i have to (?:say|admit)|note that|please note that|remember that|remember
speaker: i|we|my|i'm|we're|i've
follow: and|with|but|so|since|for|now|near|at|because|right now|these days|currently|atm|in|on|where|which|as|from
    |until|till|by|btw|too|though|who|is|to|again|myself|after|before|any ?more|any longer|instead|last|this|next
    |a few|about|or|not|yesterday|today|tomorrow|tonight|during|while|yet|via|also|if|i|we|my|here|via|over|rather
    |years old|year old|this|because|when|ago|all|most|every|full[- ]time|part[- ]time|alone|together|already|just
    |the day after|down|up|around|later|early|no|thanks|please|have|am|but
cut: because|but|since|when|whenever|which|who|where|while|although|though|so (?!much)|if|unless|and (?:i|my|we|it
    |it's|he|she|they|that|this|also|then|would|can|was|want|need|have|am|i'm|i've|live|work|don't|never|hate|love
    |like|feel|try|usually|often|got|just|there|you|your|wondering|looking|thinking|thought|so|not|will|enjoy
    |prefer)|as well|as much|than|especially|particularly|except|like(?= )|thanks to|for (?:a while|years|months
    |\w+ (?:years|months|weeks))|but not|even though|even if|even when|at (?:home|work|the moment)|every|whether
    |because of|i|that(?: i)?|due to|how|what|on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?)|would|could
    |should|is|are|was|, (?:i|my|we|it|so|what|how|can|could|do|and i|any|is|but)
trail: a lot|soon|some day|someday|one day|so much|very much|too|these days|now|though|really|lately|right now
    |as well|at all|anyway|btw|by the way|again|any ?more|either|currently|the most|the best|tbh|honestly|more|much
    |most of the time|sometimes|in general|myself|of course|you know|already|together|today|here|there|please
    |anyways|and so on|etc|and stuff|a bit|a ton|for sure
articles: (?:a (?:bit|little)(?: of)?|an?|the|some|all|fresh|fluent|both|eating|drinking)\s+
vague: to|it|its|it's|that|that's|this|these|those|your|you|you're|how|when|where|what|why|who|if|him|her|them|us
    |me|my|our|his|their|(?-i:the)\b(?! (?:sea|ocean|mountains?|outdoors|beach|rain|cold|heat|snow|smell|sound of
    |taste of|opera|theat(?:er|re)|cinema|countryside|city|sun|winter|summer|autumn|spring|gym)\b)|hear|see|know
    |think|believe|get|have|do|be|say|imagine|help|try|tell|let|make sure|point out|add|ask|admit|break|bother|use
    |keep|give|go ahead|consider|start|anything|anyone|anybody|everything|everyone|everybody|nothing|something
    |someone|stuff|things?|one|ones|both|all|either|each|an? (?:idea|suggestion|sound|look|way|good|great|nice|few
    |lot|bit|thing|plan|option)|some of|any|any of|most|more|much|many|not|being|having|getting|to be|and|or|so|as
    |at|for|from|of|on|in|out|with|about|by|very|really|too|also|another|such|other|options?|suggestions?|ideas?|no
    |such|there|here|then|than|enough|because|but|working with you|talking|chatting|seeing|hearing|knowing|work
    |mondays|doing|just|only|even|every|first|second|last|next|same|feel|learning about|whatever|life|people|going
    |weeks?|days?|months?|chapter|season|hour
hollow: it|sure|its|it's|them|him|her|you|your|this|these|those|they|me|us|there|he|she|is|are|was|were|sounds
    |looks|seems|feels|continues|makes|will|would|could|can|should|more|sound|idea|ideas|theme|option|options
    |suggestion|suggestions|recommendations?|version|versions|concept|approach|tips?|way|ways|choice|choices|list
    |part|fact|lot|thing|things|ones?|someone|something|anything|i|we|that|what|how|who
unfinished: of|the|an?|and|or|to|with|from|up|on|in|at|for|by|about|as|so|my|our|their|very|some|such|safe|learn
    |traditional|electronic|classical|modern|local|new|old|different|various|healthy|even|then|over|under|through
    |darker|lighter|better|bigger|smaller
claims: i|allergic|im|i'm|i've|i'd|i'll|we|we're|we've|we'll|my|our|call me|please|everyone|everybody|people
    |most people|all my|as an?|hi|hello|hey|good (?:morning|evening|afternoon)|but|you can|you may|just|feel free
    |this is|live|living|work|study|drive|ride|speak|play|love|enjoy|currently|now|still
restricts: that|which|who|whose|where
both: and|or|but|&
asks: what|what's|whats|which|who|who's|whose|when|where|where's|why|how|how's|can|could|would|should|do|does|did
    |is|are|am|was|were|will|any|anything|may|might|have you|has|shall|please|got any|got|you know|what if|isn't
    |aren't|don't
doubt: if|unless|whether|wish|wished|imagine|imagining|suppose|supposing|supposed|pretend|pretending|assume
    |assuming|let's say|lets say|say i|what if|(?<!i )(?<!that )said|says|saying|told(?! you)|tells|telling|asked
    |asks|replied|wrote|writes|sings|quote|quotes|according|claims?|claimed|thinks?(?<!i think)|believes?|thought
    |might|maybe|perhaps|dream|dreamt|dreamed|remember when|nobody|no one|never thought|wonder|almost|nearly
    |as though|instead of|rather than|the line|joked?|lie|lied|title|titled|lyrics|until i|before i|once i
unreal: \U0001f644|(?<!\w)/s\b|\b(?:j/?k|just kidding|kidding|lol|lmao|rofl|sarcasm|yeah,? right|oh,? great
    |oh,? joy|in (?:the|a|an|my|this|that|our) (?:game|video game|novel|story|dream|book|film|movie|show|play
    |scenario|fantasy|simulation|campaign|song|poem|scene|anime|lyrics)|in theory|hypothetically|technically
    |basically|literally|once upon a time|so to speak|figuratively|metaphorically|at heart|the character
    |my character|character's|not really|as they say|in a past life)\b
rest: \b(?:pretend(?:ing)?|role-?play(?:ing)?|let's play|you will be my|(?:can you|please|you) act(?:ing)? as
    |^act as|(?<=[.!?\n] )act as|\bact as|imagine (?:that )?you|you are (?:now )?(?:an? |the |(?-i:[A-Z]))
    |you're (?:now )?an? (?!great|good|real|life|lifesaver)|(?:write|compose|draft|create|generate|tell|make up
    |continue|finish)(?: me| us)? (?:an?|the|some|another|this) (?:[\w-]+ ){0,3}(?:story|poem|song|haiku|dialog
    (?:ue)?|script|scene|monologue|lyrics|tale|limerick|essay|novel|fanfic|speech|rap|letter|diary|bio|biography
    |persona|profile|sonnet|chapter|cover letter|blog post|review|testimonial|post|caption|tweet|joke)|translate
    |proofread|rewrite|re-write|rephrase|paraphrase|summari[sz]e|(?:fix|check|correct|improve|edit|polish|revise
    |review|grade) (?:the |my |this |these |following |up )*(?:grammar|spelling|text|sentences?|code|paragraphs?
    |essay|email|mail|letter|writing|story|article|message|translation|english)|how (?:do|would|can) (?:you|i
    |we) say|the following (?:text|article|story|passage|sentence|email)|what does .{0,60} mean|mad ?libs?
    |once upon a time|here(?:'s| is) (?:a|an|the|my|this) (?:story|text|draft|essay|email|mail|poem|passage|article
    |conversation|dialog(?:ue)?|prompt|script|letter|excerpt|paragraph|quote|transcript)|in the style of
    |in the voice of|from the perspective of|first[- ]person)
not_names: (?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september
    |october|november|december|christmas|easter|halloween|thanksgiving|please|also|the|this|that|these|those|it|you
    |he|she|they|we|my|your|his|her|our|english|american|british|irish|scottish|welsh|german|french|spanish|italian
    |portuguese|dutch|danish|swedish|norwegian|finnish|polish|czech|hungarian|romanian|greek|turkish|russian
    |ukrainian|indian|chinese|japanese|korean|vietnamese|thai|mexican|brazilian|canadian|australian|african|asian
    |european|latin[oax]|jewish|muslim|christian(?! \w)|catholic|buddhist|hindu|atheist|vegan|vegetarian|dr|mr|mrs
    |ms|god|team|hell|love|ok|okay|yes|no|not|so|but|and|if|when|what|how|why|where|who|who's|is|are|was|can|could
    |should|will|would|do|does|did|just|now|then|here|there|sure|sorry|thanks|thank|back|fine|good|great|new
    (?= (?:apartment|house))|home|hope|peace|fear|constant|poverty|harmony|silence|sin|exile|denial|danger|comfort
    |style|luxury|town|student|college|downtown|school|bed|pain|debt|shock|love|law|life|dreams?|general|particular
    |person|total|called|hard|mud|listed|on|in|an?|one|spelled|pronounced|different|similar|common|unique|written
    |important|confidential|private|irrelevant|secret|taken|already|too|very|actually|really
"""

RELATIONS: Final = r"""
mother: mother|mom|mum
father: father|dad
sister: sister|sisters|stepsister
brother: brother|brothers|stepbrother
son: son|sons|stepson
daughter: daughter|daughters|stepdaughter
child: children|kids|child|kid
grandmother: grandmother|grandma|granny
grandfather: grandfather|grandpa
grandchild: grandchildren|grandchild|grandson|granddaughter|grandsons|granddaughters|grandkids
aunt: aunt|aunts
uncle: uncle|uncles
cousin: cousin|cousins
niece: niece|nieces
nephew: nephew|nephews
stepmother: stepmother|stepmom
stepfather: stepfather|stepdad
mother-in-law: mother-in-law
father-in-law: father-in-law
brother-in-law: brother-in-law
sister-in-law: sister-in-law
friend: best friend|friend
colleague: colleague|coworker|co-worker
boss: boss
neighbour: neighbor|neighbour
roommate: roommate|flatmate
wife: wife
husband: husband
partner: partner|spouse
girlfriend: girlfriend
boyfriend: boyfriend
fiancé: fiancé|fiancée|fiancee
"""

CORRECTIONS: Final = (
    r"<slip>(?:i mean|i meant(?! to\b)|make that|it should be|that should be) <new>(?:, not <old>)?",
    r"(?:(?:no|oh|wait|sorry|hm+)[,.!]? )*actually,? (?:it's|it is) <new>(?:, not <old>)?",
    r"(?:(?:no|wait|sorry|actually|correction)[,.]? )*(?:it's|it is) <new>, not <old>",
    r"not <old>,? but <new>",
)

DATES: Final = Dates(
    months="january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep "
    "october/oct november/nov december/dec",
    weekdays="monday tuesday wednesday thursday friday saturday sunday",
    units="day/days week/weeks month/months year/years",
    numbers="one/a/an two/a_couple_of three/a_few four five six seven eight nine ten eleven twelve",
    forms=(
        ("day", r"(?:the )?<day>(?:st|nd|rd|th)? (?:of )?<month>(?:,? <year>)?"),
        ("day", r"<month> <day>(?:st|nd|rd|th)?(?:,? <year>)?"),
        ("month", r"(?:early |late |mid-?)?<month>(?:,? <year>)"),
        ("ahead", r"in <count> <unit>"),
        ("ago", r"<count> <unit> ago"),
        ("next", r"next (?:<weekday>|<month>)"),
        ("next", r"next <unit>"),
        ("last", r"last (?:<weekday>|<month>)"),
        ("last", r"last <unit>"),
        ("this", r"this (?:coming )?(?:<weekday>|<month>)"),
        ("this", r"this <unit>"),
        ("+2", "the day after tomorrow"),
        ("+1", "tomorrow"),
        ("+0", "today|tonight"),
        ("-1", "yesterday|last night"),
        ("weekday", "<weekday>"),
        ("month", r"(?:early |late |mid-?)?<month>"),
        ("year", "<year>"),
    ),
    day_form=r"(?:<day>(?:st|nd|rd|th)? (?:of )?<month>(?:,? <year>)?|<month> <day>(?:st|nd|rd|th)?(?:,? <year>)?)",
    since="since|from",
    until="until|till|til|through",
    at="on|in|at|by|during",
)
