/**
 * JSON lines: a writer with a fixed order of fields, a strict reader for what our own processes wrote, and the feed that carries event lines to whoever follows. May
 * use {@code core.observability} and what that may use; knows no sockets and no other adapter.
 */
@NullMarked
package jumpvpn.node.observability.jsonl;

import org.jspecify.annotations.NullMarked;
