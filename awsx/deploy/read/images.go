package read

import (
	"gantry/awsx"
	"gantry/internal/crash"
)

// Images are what ECR says about images, by their references. Those that lie elsewhere
// are not asked about.
func Images(references ...string) Read {
	return Read{name: "images", beside: true, ask: func(s *session) (func(*Current), error) {
		var wg crash.Group
		for _, reference := range references {
			wg.Go(func() { s.image(reference) })
		}
		wg.Wait()
		return func(*Current) {}, nil // what was asked goes in at the end, see imagesInto
	}}
}

// image asks ECR about an image, once.
func (s *session) image(reference string) {
	ref, err := awsx.ParseReference(reference)
	if err != nil || !ref.ECR() {
		return
	}
	_, _ = once(s, "image "+reference, func() (ImageState, error) {
		var state ImageState
		var both crash.Group
		both.Go(func() { state.Image, state.Err = s.r.Image(s.ctx, ref.Repository, ref.Lookup()) })
		both.Go(func() { state.Platforms, state.PlatformErr = s.r.Platforms(s.ctx, ref.Repository, ref.Lookup()) })
		both.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.images = append(s.images, func(cur *Current) { cur.Images[reference] = state })
		return state, nil
	})
}

// imagesInto waits for what is being asked about images and fills it in.
func (s *session) imagesInto(cur *Current) {
	s.wg.Wait()
	for _, put := range s.images {
		put(cur)
	}
}
