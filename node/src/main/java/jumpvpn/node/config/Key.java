package jumpvpn.node.config;

/**
 * A key that a section may have.
 *
 * @param example how its line may look, for messages
 */
record Key(String name, Kind kind, boolean required, String example) {
    /** What a value may be. */
    enum Kind {
        TEXT("a text in quotes"),
        TEXTS("a list of texts"),
        NUMBER("a whole number"),
        FLAG("true or false");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    static Key required(String name, Kind kind, String example) {
        return new Key(name, kind, true, name + " = " + example);
    }

    static Key optional(String name, Kind kind, String example) {
        return new Key(name, kind, false, name + " = " + example);
    }
}
