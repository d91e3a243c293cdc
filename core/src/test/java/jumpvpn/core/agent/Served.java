package jumpvpn.core.agent;

import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.BindingKeys;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.SessionId;

/** A session as a script's gateways have it. */
final class Served {
    /** What a binding is made from; {@code own} is the gateway's wire identifier. */
    record Bind(SessionSecret base, Freshness freshness, long own, long clients, Endpoint observed) {}

    final SessionId id;
    final TreeMap<Integer, SessionSecret> secrets = new TreeMap<>();
    int epoch = 1;
    Nonce begunBy;
    Binding binding;
    int pathId;
    RekeyOutput output;
    /** Whether a bind takes the output into the secret that the client names. */
    boolean mixes = true;

    private final Crypto crypto;
    private Ratchet ratchet;

    Served(Crypto crypto, SessionId id) {
        this.crypto = crypto;
        this.id = id;
    }

    void bind(Bind bind, long now) {
        BindingKeys made = bind.base.bindingKeys(bind.freshness, epoch);
        ratchet = Ratchet.of(bind.base, bind.freshness, epoch);
        output = null;
        ForwardingGate gate = new ForwardingGate();
        binding = new Binding(
                crypto.aead(),
                new Binding.Parts(
                        gate,
                        PacketLayout.DATA,
                        epoch,
                        Suite.AES_256_GCM,
                        made.gatewayToClient(),
                        made.clientToGateway(),
                        bind.own,
                        bind.clients,
                        0,
                        bind.observed,
                        8192,
                        now));
        gate.forward(binding);
    }

    /** The generation that a bind makes; its number is one that no other has. */
    int step(SessionSecret base, Freshness freshness) {
        return enter(base.next(freshness, epoch));
    }

    private int enter(SessionSecret next) {
        int generation = secrets.lastKey() + 1;
        secrets.put(generation, next.numbered(generation));
        return generation;
    }

    boolean has(int phase) {
        return mixes && output != null && output.phase() == phase;
    }

    /** Makes the next phase's keys with the client's; what the gateway then says. */
    BindingMessage.RekeyAnswer rekey(BindingMessage.Rekey asked, long now) {
        KeyPair own = KeyPair.generate(crypto);
        Ratchet.Step step;
        try {
            step = ratchet.step(
                    crypto.agreement().agree(own.privateKey(), asked.publicKey()), asked.publicKey(), own.publicKey());
        } catch (KeyAgreement.InvalidKeyException e) {
            throw new AssertionError(e);
        }
        binding.dropOlder();
        binding.expect(step.keys().gatewayToClient(), step.keys().clientToGateway(), now);
        output = step.output();
        ratchet = step.next();
        return new BindingMessage.RekeyAnswer(asked.phase(), own.publicKey());
    }

    /** Enters the newest output into the newest generation; what the gateway then says. */
    BindingMessage.Renewed renew(BindingMessage.Renew asked) {
        return new BindingMessage.Renewed(
                asked.generation(),
                asked.phase(),
                enter(secrets.get(asked.generation()).mixed(output)));
    }

    List<byte[]> tickets(TicketSealer sealer, int count) {
        SessionSecret newest = secrets.lastEntry().getValue();
        Ticket ticket = new Ticket(id.bytes(), 1, epoch, newest.generation(), newest.proofKey(), Long.MAX_VALUE);
        return sealer.seal(sealer.currentKey(), ticket, count, crypto.entropy().bytes(TicketSealer.SEED_LENGTH));
    }
}
