package jumpvpn.node.ownership.etcd;

import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.ownership.PoolOrder;
import jumpvpn.core.ownership.SessionTable.Outcome;

/** Finds a free inner address of each network, from where the hash of the client's key says on: a client whom nobody stands in the way gets the one that it had before etcd. */
final class PoolSearch {
    private static final int TOGETHER = 64;

    private final Keys keys;
    private final Transactions store;
    private final byte[] clientKey;
    private final List<Prefix> networks;
    private final List<IpAddress> found = new ArrayList<>();

    PoolSearch(Keys keys, Transactions store, byte[] clientKey, List<Prefix> networks) {
        this.keys = keys;
        this.store = store;
        this.clientKey = clientKey.clone();
        this.networks = networks;
    }

    /** @param failed hears REFUSED if there is none left */
    void find(Consumer<List<IpAddress>> then, Consumer<Outcome> failed) {
        if (found.size() == networks.size()) {
            then.accept(List.copyOf(found));
        } else {
            look(0, then, failed);
        }
    }

    private void look(long from, Consumer<List<IpAddress>> then, Consumer<Outcome> failed) {
        Prefix network = networks.get(found.size());
        List<IpAddress> candidates = candidates(network, from);
        if (candidates.isEmpty()) {
            failed.accept(Outcome.REFUSED);
            return;
        }
        TxnRequest.Builder request = TxnRequest.newBuilder();
        candidates.forEach(address -> request.addSuccess(Commits.get(keys.of(address))));
        store.run(
                request.build(),
                answer -> {
                    List<ResponseOp> answers = answer.getResponsesList();
                    for (int i = 0; i < candidates.size(); i++) {
                        boolean isFree = answers.get(i).getResponseRange().getKvsCount() == 0;
                        if (isFree && !candidates.get(i).equals(network.address())) { // that is the gateways' own
                            found.add(candidates.get(i));
                            find(then, failed);
                            return;
                        }
                    }
                    look(from + TOGETHER, then, failed);
                },
                status -> failed.accept(Failures.outcome(status)));
    }

    /** None after the last. */
    private List<IpAddress> candidates(Prefix network, long from) {
        PoolOrder order = new PoolOrder(clientKey, network);
        List<IpAddress> candidates = new ArrayList<>(TOGETHER);
        for (long i = from; i < Math.min(order.size(), from + TOGETHER); i++) {
            candidates.add(order.at(i));
        }
        return candidates;
    }
}
