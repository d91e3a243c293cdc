package jumpvpn.node.observability.jsonl;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.observability.audit.Auditor;
import jumpvpn.core.observability.audit.Verdict;
import org.jspecify.annotations.Nullable;

/** Checks the seals of event files and tells the auditor. Files that continue each other come in their order. */
final class SealCheck {
    /** Where a file's seals end. */
    private record Tail(String file, String node, long line, long unsigned) {}

    private final Map<String, SealKey> keys;
    private final Auditor auditor;
    private final Map<ByteBuffer, Tail> tails = new LinkedHashMap<>();
    private final Set<String> withoutKey = new LinkedHashSet<>();
    private String file = "";
    private byte @Nullable [] before;
    private long lines;
    private long unsealed;
    private String lastNode = "";
    private long lastLine;
    private long unsigned;
    private boolean isForged;

    /** @param keys of each node, by its name: public ones */
    SealCheck(Map<String, SealKey> keys, Auditor auditor) {
        this.keys = keys;
        this.auditor = auditor;
    }

    void block(EventBlock block) {
        if (block.isFirst()) {
            begin(block.file().toString());
        }
        for (EventLine line : block.lines()) {
            long number = block.number(line);
            EventSeal seal = EventSeal.of(block.bytes(), line.from(), line.to());
            if (seal != null) {
                sealed(block.bytes(), line, seal, number);
            } else if (line.outcome() == EventReader.Outcome.EVENT) { // what is none is a finding anyway
                unsealed(line, number);
            }
        }
        if (block.isLast()) {
            end();
        }
    }

    private void begin(String name) {
        file = name;
        before = null;
        lines = 0;
        unsealed = 0;
        unsigned = 0;
        isForged = false;
    }

    private void unsealed(EventLine line, long number) {
        unsealed++;
        if (lines > 0) {
            found(Verdict.VIOLATED, line.node(), number, "it has no seal, lines before it have");
        } else if (unsealed == 1) {
            found(
                    Verdict.INCOMPLETE,
                    line.node(),
                    number,
                    "it is not sealed: anybody may have written this line and those behind it up to the first seal");
        }
    }

    private void sealed(byte[] bytes, EventLine line, EventSeal seal, long number) {
        byte[] last = before;
        if (last == null) {
            first(bytes, line, seal, number);
        } else if (!follows(last, bytes, line, seal)) {
            found(
                    Verdict.VIOLATED,
                    line.node(),
                    number,
                    "its seal does not fit: it was changed, or lines before it were changed, added or taken away");
        }
        before = seal.seal();
        lines++;
        lastNode = line.node();
        lastLine = number;
        unsigned++;
        byte[] signature = seal.signature();
        if (signature != null) {
            signed(line.node(), seal.seal(), signature, number);
        }
    }

    private static boolean follows(byte[] last, byte[] bytes, EventLine line, EventSeal seal) {
        return Arrays.equals(EventSeal.next(last, bytes, line.from(), seal.body()), seal.seal());
    }

    /** The file's first seal: of a new chain, or of one that another file began. */
    private void first(byte[] bytes, EventLine line, EventSeal seal, long number) {
        if (follows(EventSeal.FIRST, bytes, line, seal)) {
            return;
        }
        for (Map.Entry<ByteBuffer, Tail> tail : tails.entrySet()) {
            if (follows(tail.getKey().array(), bytes, line, seal)) {
                unsigned = tail.getValue().unsigned;
                tails.remove(tail.getKey());
                return;
            }
        }
        found(
                Verdict.INCOMPLETE,
                line.node(),
                number,
                "it is sealed behind lines that are not here: give the file before this one too");
    }

    private void signed(String node, byte[] seal, byte[] signature, long number) {
        SealKey key = keys.get(node);
        if (key == null) {
            unsigned = 0;
            if (withoutKey.add(node)) {
                found(
                        Verdict.INCOMPLETE,
                        node,
                        number,
                        "whose signature it is can't be said: add --verify " + node + "=KEY");
            }
        } else if (key.verify(EventSeal.signed(seal), signature)) {
            unsigned = 0;
            isForged = false;
        } else if (!isForged) { // the next ones can't be right either
            isForged = true;
            found(
                    Verdict.VIOLATED,
                    node,
                    number,
                    "the signature is not " + node + "'s: this line and the " + (unsigned - 1)
                            + " before it may be anybody's");
        }
    }

    private void end() {
        byte[] last = before;
        if (last != null) {
            tails.put(ByteBuffer.wrap(last), new Tail(file, lastNode, lastLine, unsigned));
        }
    }

    /** After the last file. */
    void finished() {
        tails.forEach((seal, tail) -> {
            auditor.remark(tail.file + " is sealed up to line " + tail.line + ": " + EventSeal.text(seal.array()));
            if (tail.unsigned > 0) {
                auditor.seal(
                        Verdict.INCOMPLETE,
                        tail.node,
                        tail.file,
                        tail.line,
                        "no signature covers the last " + tail.unsigned
                                + " lines: more may have followed, or the node signs them soon");
            }
        });
    }

    private void found(Verdict verdict, String node, long line, String what) {
        auditor.seal(verdict, node, file, line, what);
    }
}
