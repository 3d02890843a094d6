package live

// Waiting is what waits for the subscriber, in messages and bytes.
func (s *Subscription) Waiting() (messages, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting), s.bytes
}
