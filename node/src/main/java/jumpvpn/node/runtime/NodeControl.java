package jumpvpn.node.runtime;

import java.util.concurrent.CompletableFuture;
import jumpvpn.node.observability.jsonl.EventFeed;

/** A running gateway or client, as the commands see it. Any thread may call. */
public interface NodeControl extends AutoCloseable {
    /**
     * Answers soon: it may wait for the node's own thread, and where gateways share a store, at most 5 s for what the store makes of a client who is to be let in or
     * not any more. A {@code jump} is answered when it has begun; a closed node refuses. What is to be done, not only told, is an OPERATOR_ACTION in the node's events.
     */
    Reply handle(Request request, Through through);

    /** The node's events as JSON lines. */
    EventFeed events();

    /** Completes if the node can't go on by itself, with words for its user: what, where, what to do next. Never completes otherwise. */
    CompletableFuture<String> failure();

    /** Tells the peers, puts TUN and routes back; waits for that at most 2 s. Once closed, closing again does nothing. */
    @Override
    void close();
}
