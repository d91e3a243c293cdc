package jumpvpn.lab.explore;

import org.jspecify.annotations.Nullable;

/** A process at one moment. It never changes: every input leads to another life, or leaves this as it is. */
final class Life {
    /** What it was before the input by which it was first reached; null: that was its start. */
    final @Nullable Life before;

    /** By which it was first reached. */
    final Input input;

    /** Of all that decides what it will do. */
    final Digest.Value digest;

    final Shown shown;

    Life(@Nullable Life before, Input input, Digest.Value digest, Shown shown) {
        this.before = before;
        this.input = input;
        this.digest = digest;
        this.shown = shown;
    }
}
