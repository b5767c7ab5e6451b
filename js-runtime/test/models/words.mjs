/** Names of models to pluralise: irregular, uncountable, and endings that the rules have opinions about. */
const STEMS = 'account person Human woman Talisman child Ox axis testis octopus virus cactus alias status bus buffalo tomato potato medium datum basis analysis knife wife life half calf hive city day query box church dish class matrix vertex index suffix mouse louse house quiz goose moose sheep news series money media data user2 user_ Équipe agentMemory WebhookConfig billing_account s ss x y ex ix man fe f o roof chief safe leaf belief photo piano hero zoo bush buzz fez gas yes toy monkey baby quay soliloquy index.js a1b2 system.profile system.indexes'.split(' ');
const ENDINGS = ['', 's', 'es', 'y', 'ies', 'x', 'man', 'us', 'is', 'um', 'fe', 'lf', 'rf', 'o', 'ix', 'ex', 'ouse', 'ife', 'quiz', '-', '1'];

export const WORDS = STEMS.flatMap((stem) => ENDINGS.map((ending) => stem + ending));
